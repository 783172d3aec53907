"""What surrounds a page: whose it is, in which language, with which ways to go. The pages themselves: *_pages.py."""

from counterfoil.accounts.viewer import Viewer
from counterfoil.model import Client
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import Services
from counterfoil.web.text.catalogue import negotiate_language
from counterfoil.web.views.orders import ORDER, STAFF
from counterfoil.web.views.pages import HOME, INVOICES, PAYMENT_METHODS, PROFILE, NavItem, Shell
from counterfoil.web.views.records import CONTACTS, QUOTES, SUBSCRIPTIONS, TRANSACTIONS

HTML = "text/html"

_NAV: tuple[tuple[str, NavItem], ...] = (
    ("invoices", HOME),
    ("invoices", INVOICES),
    ("invoices", PAYMENT_METHODS),
    ("invoices", TRANSACTIONS),
    ("products", SUBSCRIPTIONS),
    ("orders", ORDER),
    ("quotes", QUOTES),
    ("profile", PROFILE),
    ("contacts", CONTACTS),
)
"""The permission that each way takes."""


def shell_with(
    request: AnyRequest, viewer: Viewer | None, client: Client | None = None, *, language: str = ""
) -> Shell:
    """`client`: as WHMCS has it now; without it no name is shown, for the session's may be a minute old.
    `language`: of the page that the request came from, for when the client is not known.
    """
    accepted = context_of(request.scope).headers.get(b"accept-language", b"").decode("latin-1")
    if viewer is None:
        return Shell(negotiate_language(accepted, language))
    return Shell(
        negotiate_language(accepted, client.language if client else language or viewer.language),
        is_signed_in=True,
        user_name=viewer.name,
        client_name=client.name if client else "",
        has_several_clients=len(viewer.clients) > 1,
        nav=(*(item for permission, item in _NAV if viewer.allows(permission)), *((STAFF,) if viewer.is_staff else ())),
    )


async def shell_from_cache(request: AnyRequest, services: Services, viewer: Viewer, *, language: str = "") -> Shell:
    """For a page that reads no client: with what is known of it right now, without asking WHMCS."""
    client = await services.clients.cached(viewer.client_id) if viewer.client_id else None
    return shell_with(request, viewer, client, language=language)
