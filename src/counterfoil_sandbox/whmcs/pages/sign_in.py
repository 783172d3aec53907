"""Ways in and out: the front page, e-mail and password, the one-time link, and signing out."""

import re

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromQuery
from litestar.response import Redirect

from counterfoil_sandbox.whmcs.installation import Visit
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of

from .rendering import COOKIE, Page, form_of, own_pages_only, page

_PATH = re.compile(r"[a-z]+\.php(\?[^\\\x00-\x1f\x7f]*)?")


@get("/")
async def front(request: AnyRequest) -> Page:
    ledger = installation_of(request).ledger
    return page(request, "front.html", people=[user for user in ledger.users if user.id < 100])


@get("/login.php")
async def sign_in_page(request: AnyRequest, goto: FromQuery[str] = "clientarea.php") -> Page:
    return page(request, "login.html", goto=goto, failed=False)


@post("/dologin.php", guards=[own_pages_only], status_code=200)
async def sign_in(request: AnyRequest) -> Page:
    installation = installation_of(request)
    form = dict(await form_of(request))
    goto = form.get("goto", "")
    user = installation.ledger.user_by_email(form.get("username", ""))
    if user is None or user.password != form.get("password"):
        return page(request, "login.html", goto=goto, failed=True)
    cookie = installation.sign_in(Visit(user.id, installation.first_client(user)))
    return _enter(cookie, goto)


@get("/oauth/singlesignon.php")
async def single_sign_on(request: AnyRequest, access_token: FromQuery[str] = "") -> Page:
    """A token works once, within its minute; then it says so instead of signing anybody in."""
    installation = installation_of(request)
    grant = installation.tokens.redeem(access_token)
    if grant is None:
        return page(
            request,
            "message.html",
            status=403,
            title="This link has been used or has expired",
            text="One-time sign-in links work once and for 60 seconds. Go back and ask for a new one.",
        )
    return _enter(installation.sign_in(grant), grant.path)


def _enter(cookie: str, goto: str) -> Page:
    """Only to pages of our own, whatever `goto` says."""
    path = goto if _PATH.fullmatch(goto) else "clientarea.php"
    answer = Redirect(
        f"/{path}", status_code=303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"}
    )
    answer.set_cookie(Cookie(key=COOKIE, value=cookie, httponly=True, samesite="lax"))
    return answer


@get("/logout.php")
async def sign_out(request: AnyRequest) -> Page:
    installation_of(request).sign_out(request.cookies.get(COOKIE, ""))
    return Redirect("/", status_code=303)


@get("/maintenance.html")
async def maintenance(request: AnyRequest) -> Response[str]:
    return page(request, "message.html", title="Down for Maintenance", text="We will be back shortly.")


SIGN_IN = [front, sign_in_page, sign_in, single_sign_on, sign_out, maintenance]
