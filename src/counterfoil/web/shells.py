"""What surrounds a page: whose it is, in which language, with which ways to go. The pages themselves: *_pages.py."""

from counterfoil.accounts.viewer import Viewer
from counterfoil.web.catalogue import negotiate_language
from counterfoil.web.request_context import AnyRequest, context_of
from counterfoil.web.views import HOME, INVOICES, NavItem, Shell

HTML = "text/html"

_NAV: tuple[tuple[str, NavItem], ...] = (("invoices", HOME), ("invoices", INVOICES))
"""The permission that each way takes."""


def shell_for(request: AnyRequest, viewer: Viewer | None, preferred_language: str = "") -> Shell:
    """`preferred_language` is the profile's; without one the browser's wishes count."""
    accepted = context_of(request.scope).headers.get(b"accept-language", b"").decode("latin-1")
    language = negotiate_language(accepted, preferred_language)
    if viewer is None:
        return Shell(language)
    return Shell(
        language,
        is_signed_in=True,
        user_name=viewer.name,
        client_name=next((each.name for each in viewer.clients if each.client_id == viewer.client_id), ""),
        has_several_clients=len(viewer.clients) > 1,
        nav=tuple(item for permission, item in _NAV if viewer.allows(permission)),
    )
