"""Templates to responses, and who may see a page. No other look than sandbox.css."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.installation import Installation, Visit
from counterfoil_sandbox.whmcs.records import ALL_PERMISSIONS, Client, Invoice
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of

COOKIE = "WHMCSsandbox"
_TEMPLATES = Path(__file__).parent.parent / "templates"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}

Page = Response[Any]


def visit_of(request: AnyRequest) -> Visit | None:
    return installation_of(request).visit(request.cookies.get(COOKIE, ""))


def page(request: AnyRequest, name: str, *, status: int = 200, **context: Any) -> Page:
    installation = installation_of(request)
    visit = visit_of(request)
    common = {
        "visitor": installation.ledger.users.newest(visit.user_id) if visit else None,
        "client": installation.ledger.clients.newest(visit.client_id) if visit else None,
        "portal": installation.options.return_to,
        "installation": installation,
        "shown": _Shown(installation),
    }
    body = _ENVIRONMENT.get_template(name).render({**common, **context})
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=_HEADERS)


class _Shown:
    """How templates word amounts and dates."""

    def __init__(self, installation: Installation) -> None:
        self._ledger = installation.ledger

    def money(self, invoice: Invoice, amount: Any) -> str:
        client = self._ledger.clients.newest(invoice.userid)
        return wire.formatted(amount, self._ledger.currencies[client.currency if client else 1])

    def number(self, invoice: Invoice) -> str:
        return invoice.number or str(invoice.id)

    def name(self, client: Client) -> str:
        return client.companyname or wire.full_name(client)


def to_sign_in(request: AnyRequest) -> Page:
    """As WHMCS does for who is not signed in."""
    query = request.scope["query_string"].decode("latin-1")
    goto = request.url.path.lstrip("/") + (f"?{query}" if query else "")
    return Redirect("/login.php", status_code=303, query_params={"goto": goto})


def denied(request: AnyRequest) -> Page:
    return page(
        request, "message.html", status=403, title="Access Denied", text="You do not have permission to view this page."
    )


def may(installation: Installation, visit: Visit, permission: str) -> bool:
    client = installation.ledger.clients.newest(visit.client_id)
    user = installation.ledger.users.newest(visit.user_id)
    if client is None or user is None:
        return False
    owner = client.owner_user_id == user.id
    return permission in (ALL_PERMISSIONS if owner else user.clients.get(client.id, ()))


async def form_of(request: AnyRequest) -> list[tuple[str, str]]:
    return parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)


def own_pages_only(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """A form that another site sends is refused. Browsers say where it comes from; other programs say nothing."""
    if connection.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise PermissionDeniedException("This form was sent from another site.")


def with_control_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """For /admin/ and /_sandbox/, when the sandbox has a key."""
    key = installation_of(connection).options.control_key
    if key and not installation_of(connection).is_control_key(
        connection.headers.get("x-sandbox-key", ""), connection.headers.get("authorization", "")
    ):
        raise NotAuthorizedException(headers={"WWW-Authenticate": 'Basic realm="WHMCS sandbox"'})


@get("/sandbox.css", media_type="text/css", sync_to_thread=False)
def styles() -> str:
    return (_TEMPLATES / "sandbox.css").read_text(encoding="utf-8")


@get("/favicon.ico", status_code=204)
async def no_icon() -> None:
    """So that no browser complains."""


STYLES = [styles, no_icon]
