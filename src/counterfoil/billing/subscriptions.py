"""What a client has subscribed to: WHMCS's services, with what they cost and when they renew."""

from datetime import date
from typing import Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.client_reader import ClientReader
from counterfoil.billing.reading import Calendar, Reading, readable, reading_of, unless_unreadable
from counterfoil.cache import Part
from counterfoil.model import BillingCycle, Client, Money, Subscription, SubscriptionStatus

_subscriptions = msgspec.json.Decoder(tuple[Subscription, ...] | None)

CURRENT = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING, SubscriptionStatus.SUSPENDED})
"""What is, or may become, in use: the rest has ended, whatever date WHMCS still keeps with it."""

NOT_RENEWED = frozenset({BillingCycle.FREE, BillingCycle.ONE_TIME})


class SubscriptionItem(Struct, frozen=True):
    """On pages and in the API alike; field names are the API's (docs/openapi.json)."""

    id: int
    name: str
    group: str
    domain: str
    quantity: int
    status: SubscriptionStatus | None
    billing_cycle: BillingCycle | None
    amount: Money | None
    next_due_on: date | None
    """As WHMCS has it, also for what has ended: `renews_on` knows better."""
    started_on: date | None
    gateway: str
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read. They are null, or empty."""

    @property
    def is_current(self) -> bool:
        """Unless WHMCS says that it has ended."""
        return self.status is None or self.status in CURRENT

    @property
    def can_be_changed(self) -> bool:
        """Or cancelled: WHMCS offers neither before it is set up, nor once it has ended."""
        return self.status in {SubscriptionStatus.ACTIVE, SubscriptionStatus.SUSPENDED}

    @property
    def falls_due_on(self) -> date | None:
        """When the next payment does; None for what has ended, is free or was paid once."""
        return self.next_due_on if self.is_current and self.billing_cycle not in NOT_RENEWED else None

    @property
    def renews_on(self) -> date | None:
        """The same of what goes on with that payment: what is suspended renews on no day, and is never late with it."""
        return None if self.status is SubscriptionStatus.SUSPENDED else self.falls_due_on


class _SubscriptionSource(Protocol):
    async def get_clients_products(self, client_id: int) -> tuple[Subscription, ...]: ...


class Subscriptions:
    def __init__(self, source: _SubscriptionSource, reader: ClientReader, calendar: Calendar) -> None:
        self._source = source
        self._reader = reader
        self._calendar = calendar

    def part(self, client_id: int) -> Part:
        """For pages that show them beside other things."""
        fetch = self._source.get_clients_products
        return self._reader.part("subscriptions", client_id, lambda: unless_unreadable(fetch(client_id)))

    async def read(self, client_id: int) -> tuple[Reading[tuple[SubscriptionItem, ...]], Client]:
        """All of them, what renews next first, what has ended last. Raises BillingUnavailable."""
        value, client, snapshot = await self._reader.read(client_id, self.part(client_id))
        shown = decode_subscriptions(value, client)
        return reading_of(shown, snapshot, not_after=self._calendar.midnight()), client


def decode_subscriptions(value: bytes, client: Client) -> tuple[SubscriptionItem, ...]:
    """Raises RecordUnreadable."""
    known = readable(_subscriptions.decode(value))
    shown = (_shown(each, client.currency) for each in known)
    return tuple(sorted(shown, key=_order))


def _order(each: SubscriptionItem) -> tuple[bool, date, int]:
    return not each.is_current, each.falls_due_on or date.max, each.id


def _shown(each: Subscription, currency: str) -> SubscriptionItem:
    return SubscriptionItem(
        id=each.id,
        name=each.name,
        group=each.group,
        domain=each.domain,
        quantity=each.quantity,
        status=each.status,
        billing_cycle=each.billing_cycle,
        amount=None if each.amount is None else Money.of(each.amount, currency),
        next_due_on=each.next_due_on,
        started_on=each.started_on,
        gateway=each.gateway,
        unreadable=each.unreadable,
    )
