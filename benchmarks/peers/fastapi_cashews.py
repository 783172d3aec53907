"""The same task in FastAPI with cashews, as its documentation shows it: a session dependency, a cached function.

Kinder to it than most applications are: no response model, no metrics, no request id, no security headers, no log.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Annotated, Any

from cashews import cache
from fastapi import Cookie, Depends, FastAPI, HTTPException, Request, Response
from fastapi.templating import Jinja2Templates

cache.setup(os.environ["BENCH_REDIS"])
app = FastAPI()
ROWS: list[dict[str, Any]] = json.loads(Path(os.environ["BENCH_ROWS"]).read_text(encoding="utf-8"))


@app.post("/sign-in", status_code=204)
async def sign_in(response: Response) -> None:
    token = secrets.token_urlsafe(32)
    await cache.set(f"session:{token}", {"user_id": 1, "client_id": 1, "permissions": ["invoices"]}, expire="30m")
    response.set_cookie("session", token, httponly=True, samesite="lax")


async def viewer(session: Annotated[str, Cookie()] = "") -> dict[str, Any]:
    found: dict[str, Any] | None = await cache.get(f"session:{session}")
    if found is None:
        raise HTTPException(401)
    return found


@cache(ttl="15m", key="invoices:{client_id}:{page}")
async def invoices_of(client_id: int, page: int) -> dict[str, Any]:
    """Stands for the call to WHMCS."""
    return {"items": ROWS, "page": page, "page_size": 25, "total": len(ROWS)}


templates = Jinja2Templates(Path(__file__).with_name("templates"))


@app.get("/invoices")
async def page(request: Request, who: Annotated[dict[str, Any], Depends(viewer)]) -> Response:
    found = await invoices(who)
    return templates.TemplateResponse(request, "invoices.html", {"page": found, "who": who})


@app.get("/api/v1/invoices")
async def invoices(who: Annotated[dict[str, Any], Depends(viewer)], page: int = 1) -> dict[str, Any]:
    if "invoices" not in who["permissions"]:
        raise HTTPException(403)
    found: dict[str, Any] = await invoices_of(who["client_id"], page)
    return found
