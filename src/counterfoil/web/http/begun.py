"""Whether what is written is written for who it was begun for: each form carries the person and the client of its page.

Another tab may have switched to another client since, or somebody else may have signed in. tests/shape checks that each
unsafe route of the pages has the option `same_account=True`, or says in `any_account` why it does without.
"""

from hashlib import blake2b
from typing import Any

from litestar.handlers import BaseRouteHandler

from counterfoil.accounts.viewer import Viewer
from counterfoil.errors import AccountChanged
from counterfoil.web.http.request_context import AnyRequest, context_of

CLIENT_HEADER = b"counterfoil-client"
"""In which a program may name the client that it means to write for."""

FORM = "application/x-www-form-urlencoded"

LONGEST_NAME = 100
"""Characters of a name that a form gives back to be shown."""


def person_mark(account_id: int) -> str:
    """Tells persons apart, and is no secret."""
    return blake2b(b"person %d" % account_id, digest_size=9).hexdigest()


async def require_same_account(request: AnyRequest, viewer: Viewer, handler: BaseRouteHandler) -> None:
    """Raises AccountChanged; nothing has been done by then."""
    headers = context_of(request.scope).headers
    if request.scope["path"].startswith("/api/"):
        if handler.opt.get("any_account"):
            return
        named = headers.get(CLIENT_HEADER)
        if named and named.strip() != b"%d" % (viewer.client_id or 0):
            raise AccountChanged
    elif handler.opt.get("same_account"):
        form = await _form(request)
        if "begun_client" not in form and "begun_person" not in form and not _is_from_browser(headers):
            return  # a program, which has no page that could be out of date
        begun = (form.get("begun_client", ""), form.get("begun_person", ""))
        if begun != (str(viewer.client_id or 0), person_mark(viewer.account_id)):
            raise AccountChanged(_text(form, "begun_as"), _text(form, "begun_for"))


async def _form(request: AnyRequest) -> Any:
    """Ours are all of this kind; of any other nothing is read here."""
    return await request.form() if request.content_type[0] == FORM else {}


def _is_from_browser(headers: dict[bytes, bytes]) -> bool:
    """As for the origin (origin_policy.py): every browser says one of them with a form."""
    return b"sec-fetch-site" in headers or b"origin" in headers


def _text(form: Any, name: str) -> str:
    return str(form.get(name, ""))[:LONGEST_NAME]
