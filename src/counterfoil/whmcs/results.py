"""What WhmcsApi's methods answer beyond the nouns of model/."""

from msgspec import Struct

from counterfoil.model import InvoiceRow
from counterfoil.whmcs.webhooks import Event


class Login(Struct, frozen=True):
    """The password is right. With `two_factor` that is not enough: WHMCS says success for such users too."""

    user_id: int
    two_factor: bool
    names_contact: bool = False
    """WHMCS signed in a contact: before version 8, where `user_id` is the client's number, for all of its people."""


class InvoiceRows(Struct, frozen=True):
    """One page. `total`: how many there are in all; `returned`: how many came, for the next `limitstart`."""

    rows: tuple[InvoiceRow, ...]
    total: int
    returned: int


class WhmcsDetails(Struct, frozen=True):
    version: str
    """E.g. "8.13.1-release.1"."""


class OrderedService(Struct, frozen=True):
    """One service of a client, as far as it tells which order it came from."""

    id: int
    order_id: int
    """0 when it came from none."""
    product_id: int
    billing_cycle: str
    """As in model.Price."""
    quantity: int
    status: str
    """In WHMCS's words."""
    tags: frozenset[str]
    """The texts of its custom fields."""


class OrderRow(Struct, frozen=True):
    """`status` in WHMCS's words: Pending, Active, Cancelled, Fraud, or an installation's own."""

    id: int
    client_id: int
    status: str
    invoice_id: int | None


class Placed(Struct, frozen=True):
    """What AddOrder made. `invoice_id` is None when there is nothing to pay."""

    order_id: int
    service_ids: tuple[int, ...]
    invoice_id: int | None


class NumberedChange(Struct, frozen=True):
    """One change that the addon has recorded. `age`: seconds since then."""

    number: int
    event: Event
    age: int


class ChangeReport(Struct, frozen=True):
    """How the addon's record stands: the numbers it still has, those not delivered, and what was asked for.

    Numbers count within a `series`; another one is another record, whose numbers mean something else.
    """

    version: str
    protocol: int
    series: str
    oldest: int
    newest: int
    waiting: int
    dead: int
    changes: tuple[NumberedChange, ...]
    timezone: str = ""
    """Of WHMCS's local times, as PHP names it; "" where the addon does not say."""
    system_url: str = ""
    """The address of which WHMCS makes its one-time links; "" where the addon does not say."""
