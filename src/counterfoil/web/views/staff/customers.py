"""One customer, as staff see them: who they are, what is kept, what came about them, what WHMCS says now."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from counterfoil.accounts.console.failures import Failure
from counterfoil.accounts.links import Link
from counterfoil.accounts.people import Account
from counterfoil.audit.entries import Action, RecordedEntry
from counterfoil.billing.comparison import Comparison, Kept
from counterfoil.changes.receipts import PastReceipt
from counterfoil.errors import CounterfoilError
from counterfoil.model import Client, Membership
from counterfoil.web.views.navigation import STAFF
from counterfoil.web.views.shell import View
from counterfoil.web.views.staff.orders import StaffOrder
from counterfoil.web.views.staff.people import ShownPerson


class Hit(Struct, frozen=True):
    """Something that was found: `words` about it, and where its customer is."""

    kind: str
    words: str
    href: str


class ShownFailure(Struct, frozen=True):
    """An error that somebody was shown; `person`: who was signed in, if somebody was."""

    failure: Failure
    person: Account | None


class SearchPage(View, frozen=True):
    """`unsaid`: what WHMCS did not answer about."""

    template: ClassVar[str] = "staff/search.html"
    section: ClassVar[str] = STAFF.section

    query: str
    hits: tuple[Hit, ...]
    failures: tuple[ShownFailure, ...] = ()
    unsaid: bool = False


class Clear(Struct, frozen=True):
    """What cleared a client: a webhook's type, or an action of the audit trail and who did it."""

    what: str
    at: datetime
    by: str = ""


CLEARING = (Action.HANDED_OFF, Action.PROFILE_EDITED, Action.ORDER_MOVED)
"""Actions that clear the client that they are about; an order's do so where WHMCS was told of it."""


def _has_cleared(entry: RecordedEntry) -> bool:
    told_whmcs = entry.details.get("step") == "accept" or entry.details.get("status") == "active"
    return entry.action != Action.ORDER_MOVED or told_whmcs


class CustomerPage(View, frozen=True):
    """`client` is None where WHMCS does not say; `own_writes`: what the portal did of late that cleared the client."""

    template: ClassVar[str] = "staff/customer.html"
    section: ClassVar[str] = STAFF.section

    client_id: int
    client: Client | None
    people: tuple[ShownPerson, ...]
    kept: tuple[Kept, ...]
    receipts: tuple[PastReceipt, ...]
    links: tuple[Link, ...]
    orders: tuple[StaffOrder, ...]
    audit: tuple[RecordedEntry, ...]
    own_writes: tuple[RecordedEntry, ...] = ()
    error: CounterfoilError | None = None

    @property
    def last_clear(self) -> Clear | None:
        """By a webhook or by the portal itself, whichever was later."""
        clears = [Clear(each.type, each.received_at) for each in self.receipts if each.effect]
        clears += [Clear(each.action, each.at, each.by) for each in self.own_writes if _has_cleared(each)]
        return max(clears, key=lambda each: each.at, default=None)


class NowPage(View, frozen=True):
    """What the customer is shown beside what WHMCS says now."""

    template: ClassVar[str] = "staff/now.html"
    section: ClassVar[str] = STAFF.section

    client_id: int
    compared: Comparison
    receipts: tuple[PastReceipt, ...]
    invoice_id: int | None = None


class PersonPage(View, frozen=True):
    """A WHMCS user or an account, by its address, and their clients. `locked_for`: seconds; 0 when it is not."""

    template: ClassVar[str] = "staff/person.html"
    section: ClassVar[str] = STAFF.section

    email: str
    people: tuple[ShownPerson, ...]
    memberships: tuple[Membership, ...]
    links: tuple[Link, ...]
    locked_for: int = 0


class LookedAt(Struct, frozen=True):
    """For the customer: when staff looked, for which client, and why."""

    at: datetime
    staff: str
    client_id: int | None
    reason: str


class LookedAtPage(View, frozen=True):
    template: ClassVar[str] = "looked_at.html"

    views: tuple[LookedAt, ...]


def looked_at(entries: Sequence[RecordedEntry]) -> tuple[LookedAt, ...]:
    return tuple(LookedAt(each.at, each.by.removeprefix("staff "), each.client_id, each.reason) for each in entries)
