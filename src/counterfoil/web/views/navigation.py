"""The ways through the portal, in their order, and the permission that each takes."""

from msgspec import Struct

from counterfoil.accounts.viewer import Viewer
from counterfoil.settings.features import Feature
from counterfoil.web.text.catalogue import translatable


class NavItem(Struct, frozen=True):
    """`group` is the entry of the head below which it stands as a tab; the entry itself is of its own group. What is
    the person's own, and seldom needed, stands `in_menu`. With `feature` it is there only while that is switched on.
    """

    section: str
    label: str
    href: str
    group: str = ""
    in_menu: bool = False
    feature: Feature | None = None


HOME = NavItem("home", translatable("Overview"), "/", "home")
INVOICES = NavItem("invoices", translatable("Invoices"), "/invoices", "invoices")
TRANSACTIONS = NavItem(
    "transactions", translatable("Payments"), "/transactions", "invoices", feature=Feature.TRANSACTIONS
)
CREDIT = NavItem("credit", translatable("Credit"), "/credit", "invoices", feature=Feature.CREDIT)
QUOTES = NavItem("quotes", translatable("Quotes"), "/quotes", "invoices", feature=Feature.QUOTES)
STATEMENT = NavItem("statement", translatable("Statement"), "/statement", "invoices", feature=Feature.STATEMENT)
SUBSCRIPTIONS = NavItem(
    "subscriptions", translatable("Subscriptions"), "/subscriptions", "subscriptions", feature=Feature.SUBSCRIPTIONS
)
ORDER = NavItem("order", translatable("Order"), "/order", "subscriptions", feature=Feature.ORDERS)
PAYMENT_METHODS = NavItem("payment_methods", translatable("Payment methods"), "/payment-methods", "payment_methods")
PROFILE = NavItem("profile", translatable("Profile"), "/profile", in_menu=True)
CONTACTS = NavItem("contacts", translatable("Contacts"), "/contacts", in_menu=True, feature=Feature.CONTACTS)
SESSIONS = NavItem("sessions", translatable("Where you are signed in"), "/sessions", in_menu=True)
TOKENS = NavItem("tokens", translatable("Access tokens"), "/tokens", in_menu=True, feature=Feature.TOKENS)
STAFF = NavItem("staff", translatable("Staff"), "/staff", in_menu=True)

_WAYS: tuple[tuple[str, NavItem], ...] = (
    ("invoices", HOME),
    ("invoices", INVOICES),
    ("invoices", TRANSACTIONS),
    ("invoices", CREDIT),
    ("quotes", QUOTES),
    ("invoices", STATEMENT),
    ("products", SUBSCRIPTIONS),
    ("orders", ORDER),
    ("invoices", PAYMENT_METHODS),
    ("profile", PROFILE),
    ("contacts", CONTACTS),
)


def offered(ways: tuple[NavItem, ...], features: frozenset[Feature]) -> tuple[NavItem, ...]:
    """Of these whatever is switched on."""
    return tuple(item for item in ways if item.feature is None or item.feature in features)


def entries(ways: tuple[NavItem, ...]) -> tuple[NavItem, ...]:
    """Of the head: of each group what comes first of what the person may see."""
    first: dict[str, NavItem] = {}
    for item in ways:
        if not item.in_menu:
            first.setdefault(item.group, item)
    return tuple(first.values())


def group_of(ways: tuple[NavItem, ...], section: str) -> str:
    """The entry of the head that a page of that section belongs to; empty for the person's own things."""
    return next((item.group for item in ways if item.section == section), "")


def tabs(ways: tuple[NavItem, ...], section: str) -> tuple[NavItem, ...]:
    """Of a page of that section: what belongs together with it, or nothing where it stands alone."""
    group = group_of(ways, section)
    found = tuple(item for item in ways if group and item.group == group)
    return found if len(found) > 1 else ()


_RIGHTS = {item: permission for permission, item in _WAYS if item not in (HOME, CREDIT, STATEMENT)}


def rights_in_words(permissions: frozenset[str], features: frozenset[Feature]) -> tuple[str, ...]:
    """What of this portal somebody with these may see, by the names in its menu: message ids."""
    allowed = tuple(item for item, permission in _RIGHTS.items() if permission in permissions)
    return tuple(item.label for item in offered(allowed, features))


def word_for(permission: str) -> str:
    """Empty for what opens nothing here."""
    return next((item.label for item, each in _RIGHTS.items() if each == permission), "")


def ways_for(viewer: Viewer) -> tuple[NavItem, ...]:
    allowed = (item for permission, item in _WAYS if viewer.allows(permission))
    return (*allowed, SESSIONS, *((TOKENS,) if viewer.clients else ()), *((STAFF,) if viewer.is_staff else ()))
