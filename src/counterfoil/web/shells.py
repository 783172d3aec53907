"""What surrounds a page: whose it is, in which language, with which ways to go. The pages themselves: *_pages.py."""

from counterfoil.accounts.viewer import Viewer
from counterfoil.model import Client
from counterfoil.web.catalogue import negotiate_language
from counterfoil.web.order_views import ORDER, STAFF
from counterfoil.web.record_views import CONTACTS, QUOTES, SUBSCRIPTIONS, TRANSACTIONS
from counterfoil.web.request_context import AnyRequest, context_of
from counterfoil.web.views import HOME, INVOICES, PAYMENT_METHODS, PROFILE, NavItem, Shell

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


def shell_for(request: AnyRequest, viewer: Viewer | None, client: Client | None = None, *, language: str = "") -> Shell:
    """`client`: as WHMCS has it now, for its language and name; a session remembers names for up to a minute.
    `language`: of the page that the request came from, for when the client is not known.
    """
    accepted = context_of(request.scope).headers.get(b"accept-language", b"").decode("latin-1")
    language = negotiate_language(accepted, client.language if client else language)
    if viewer is None:
        return Shell(language)
    return Shell(
        language,
        is_signed_in=True,
        user_name=viewer.name,
        client_name=client.name if client else viewer.client_name,
        has_several_clients=len(viewer.clients) > 1,
        nav=(*(item for permission, item in _NAV if viewer.allows(permission)), *((STAFF,) if viewer.is_staff else ())),
    )
