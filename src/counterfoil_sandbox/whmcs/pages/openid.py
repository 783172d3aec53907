"""The provider's addresses, where WHMCS has them, and the page on which one chooses who one is.

https://docs.whmcs.com/8-13/system/authentication/openid-connect-development/
"""

import asyncio
import base64
import binascii
import gzip
import secrets
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from litestar import Response, get, post
from litestar.response import Redirect, Stream

from counterfoil_sandbox.whmcs.oauth.provider import Asked, OpenId
from counterfoil_sandbox.whmcs.request import AnyRequest, base_url, installation_of

from .rendering import Page, form_of, own_pages_only, page

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_JSON = "application/json"
_SIGNED_OUT = "You are signed out of the sandbox's provider."


def _provider(request: AnyRequest) -> OpenId:
    return installation_of(request).openid


@get(["/oauth/openid-configuration.php", "/.well-known/openid-configuration"])
async def metadata(request: AnyRequest) -> Response[Any]:
    behaviour, issuer = _provider(request).behaviour, base_url(request)
    elsewhere = "http://127.0.0.2:9" if behaviour.kind == "endpoint-elsewhere" else issuer
    said: dict[str, Any] = {
        "issuer": "https://somebody.example" if behaviour.kind == "other-issuer" else issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize.php",
        "token_endpoint": f"{elsewhere}/oauth/token.php",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo.php",
        "jwks_uri": f"{issuer}/oauth/certs.php",
        "end_session_endpoint": f"{issuer}/oauth/logout.php",
        "scopes_supported": ["openid", "profile", "email"],
        "response_types_supported": ["token"] if behaviour.kind == "no-code-flow" else ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"] if behaviour.kind == "only-hs256" else _algorithms(request),
        "token_endpoint_auth_methods_supported": _methods(request),
    }
    if not behaviour.hides_mark:
        said["counterfoil_sandbox"] = True
    return await _answer(request, "metadata", said)


def _algorithms(request: AnyRequest) -> list[str]:
    return list(dict.fromkeys([_provider(request).behaviour.algorithm, "RS256"]))


def _methods(request: AnyRequest) -> list[str]:
    is_post = _provider(request).behaviour.kind == "post-only"
    return ["client_secret_post"] if is_post else ["client_secret_basic", "client_secret_post"]


@get("/oauth/certs.php")
async def certs(request: AnyRequest) -> Response[Any]:
    return await _answer(request, "keys", _provider(request).published())


@get("/oauth/authorize.php")
async def choose(request: AnyRequest) -> Page:
    """Everybody may be anybody, so only a portal on this machine is served."""
    query = {name: request.query_params.get(name, "") for name in request.query_params}
    _provider(request).asked.append(query)
    if problem := _problem(request, query):
        return page(request, "message.html", status=400, title="This application may not sign you in", text=problem)
    people = [user for user in installation_of(request).ledger.users if user.id < 100]
    cancelled = _back(query, {"error": "access_denied"})
    return page(request, "choose.html", people=people, asked=query, cancelled=cancelled)


def _problem(request: AnyRequest, query: dict[str, str]) -> str:
    if query.get("client_id") != installation_of(request).options.openid_client_id:
        return "invalid client_id"
    if urlsplit(query.get("redirect_uri", "")).hostname not in _LOOPBACK:
        return "redirect_uri is not on this machine, and the sandbox's provider lets anybody in"
    if query.get("response_type") != "code" or "openid" not in query.get("scope", "").split():
        return "response_type must be code, and scope must have openid"
    return "" if query.get("code_challenge_method") == "S256" else "code_challenge_method must be S256"


@post("/oauth/authorize.php", guards=[own_pages_only], status_code=200)
async def chosen(request: AnyRequest) -> Page:
    form = dict(await form_of(request))
    installation, provider = installation_of(request), _provider(request)
    user = installation.ledger.users.newest(int(form.get("user", "0") or "0"))
    if _problem(request, form) or user is None:
        return page(request, "message.html", status=400, title="This did not work", text="Begin again at the portal.")
    kind = provider.behaviour.kind
    if kind == "error-back":
        return Redirect(_back(form, {"error": "server_error"}), status_code=303)
    if kind == "no-code-back":
        return Redirect(_back(form, {}), status_code=303)
    asked = Asked(
        *(form["client_id"], form["redirect_uri"], form["state"]),
        *(form.get(name, "") for name in ("nonce", "code_challenge", "max_age")),
    )
    issuer = {"iss": "https://somebody.example"} if kind == "other-iss" else {}
    return Redirect(_back(form, {"code": provider.code_for(asked, user), **issuer}), status_code=303)


def _back(asked: dict[str, str], answer: dict[str, str]) -> str:
    return f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked.get('state', '')})}"


@post("/oauth/token.php", status_code=200)
async def token(request: AnyRequest) -> Response[Any]:
    provider = _provider(request)
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    if not _is_client(request, form) or provider.behaviour.kind == "refuses-client":
        return Response({"error": "invalid_client"}, status_code=401, media_type=_JSON)
    code = provider.redeem(form.get("code", ""), form.get("code_verifier", ""), form.get("redirect_uri", ""))
    if code is None:
        return Response({"error": "invalid_grant"}, status_code=400, media_type=_JSON)
    return await _answer(request, "token", provider.answer(code, base_url(request)))


def _is_client(request: AnyRequest, form: dict[str, str]) -> bool:
    options = installation_of(request).options
    given = (form.get("client_id", ""), form.get("client_secret", ""))
    basic = request.headers.get("authorization", "")
    if basic.startswith("Basic ") and "client_secret_basic" in _methods(request):
        try:
            client_id, _, secret = base64.b64decode(basic[6:]).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        given = (unquote(client_id), unquote(secret))
    return given[0] == options.openid_client_id and secrets.compare_digest(
        given[1].encode(), options.openid_client_secret.encode()
    )


@get("/oauth/userinfo.php")
async def userinfo(request: AnyRequest) -> Response[Any]:
    said = _provider(request).userinfo(request.headers.get("authorization", "").removeprefix("Bearer "))
    if said is None:
        return Response({"error": "invalid_token"}, status_code=401, media_type=_JSON)
    return await _answer(request, "userinfo", said)


@get("/oauth/logout.php")
async def logout(request: AnyRequest) -> Page:
    back = request.query_params.get("post_logout_redirect_uri", "")
    if urlsplit(back).hostname not in _LOOPBACK:
        return page(request, "message.html", title="Signed out", text=_SIGNED_OUT)
    return Redirect(f"{back}?{urlencode({'state': request.query_params.get('state', '')})}", status_code=303)


async def _answer(request: AnyRequest, where: str, said: dict[str, Any]) -> Response[Any]:
    behaviour = _provider(request).behaviour
    kind = behaviour.at(where)
    if kind == "slow":
        await asyncio.sleep(behaviour.seconds)
    if kind == "endless":
        return Stream(_for_ever(), media_type=_JSON)
    if kind == "packed":
        body = gzip.compress(b'{"filling": "%s"}' % (b"x" * 1_000_000))
        return Response(body, media_type=_JSON, headers={"content-encoding": "gzip"})
    broken: dict[str, Response[Any]] = {
        "down": Response("Service Unavailable", status_code=503, media_type="text/plain"),
        "html": Response("<h1>Welcome</h1>", media_type="text/html"),
        "list": Response([said], media_type=_JSON),
        "huge": Response({**said, "filling": "x" * 2_000_000}, media_type=_JSON),
        "redirect": Response(said, status_code=302, media_type=_JSON, headers={"location": "http://127.0.0.2:9/"}),
    }
    return broken.get(kind) or Response(said, media_type=_JSON, headers={"cache-control": "no-store"})


async def _for_ever() -> AsyncIterator[bytes]:
    yield b'{"filling": "'
    while True:
        yield b"x" * 16_384
        await asyncio.sleep(0.01)


OPENID = [metadata, certs, choose, chosen, token, userinfo, logout]
