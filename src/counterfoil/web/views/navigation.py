"""The ways through the portal, in their order, and the permission that each takes."""

from msgspec import Struct

from counterfoil.accounts.viewer import Viewer
from counterfoil.web.text.catalogue import translatable


class NavItem(Struct, frozen=True):
    """`in_menu`: seldom needed, so that it stands with the person's own things."""

    section: str
    label: str
    href: str
    in_menu: bool = False


HOME = NavItem("home", translatable("Home"), "/")
INVOICES = NavItem("invoices", translatable("Invoices"), "/invoices")
PAYMENT_METHODS = NavItem("payment_methods", translatable("Payment methods"), "/payment-methods")
TRANSACTIONS = NavItem("transactions", translatable("Payments"), "/transactions")
SUBSCRIPTIONS = NavItem("subscriptions", translatable("Subscriptions"), "/subscriptions")
ORDER = NavItem("order", translatable("Order"), "/order")
QUOTES = NavItem("quotes", translatable("Quotes"), "/quotes")
PROFILE = NavItem("profile", translatable("Profile"), "/profile")
CONTACTS = NavItem("contacts", translatable("Contacts"), "/contacts", in_menu=True)
SESSIONS = NavItem("sessions", translatable("Where you are signed in"), "/sessions", in_menu=True)
TOKENS = NavItem("tokens", translatable("Access tokens"), "/tokens", in_menu=True)
STAFF = NavItem("staff", translatable("Staff"), "/staff", in_menu=True)

_WAYS: tuple[tuple[str, NavItem], ...] = (
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


_RIGHTS = {item.label: permission for permission, item in _WAYS if item is not HOME}


def rights_in_words(permissions: frozenset[str]) -> tuple[str, ...]:
    """What of this portal somebody with these may see, by the names in its menu: message ids."""
    return tuple(label for label, permission in _RIGHTS.items() if permission in permissions)


def word_for(permission: str) -> str:
    """Empty for what opens nothing here."""
    return next((label for label, each in _RIGHTS.items() if each == permission), "")


def ways_for(viewer: Viewer) -> tuple[NavItem, ...]:
    allowed = (item for permission, item in _WAYS if viewer.allows(permission))
    return (*allowed, SESSIONS, *((TOKENS,) if viewer.clients else ()), *((STAFF,) if viewer.is_staff else ()))
