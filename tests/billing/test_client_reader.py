"""Subscriptions, transactions and quotes as billing reads them: order, currencies, what ends and what is over."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from counterfoil.billing.client_reader import ClientReader
from counterfoil.billing.clients import Clients
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.paged import page_of
from counterfoil.billing.quotes import Quotes
from counterfoil.billing.reading import Calendar
from counterfoil.billing.subscriptions import Subscriptions
from counterfoil.billing.transactions import Transactions
from counterfoil.cache import open_cache
from counterfoil.errors import BillingUnavailable
from counterfoil.model import (
    BillingCycle,
    Money,
    Quote,
    QuoteStatus,
    Subscription,
    SubscriptionStatus,
    Transaction,
)
from tests.billing.whmcs_books import Books

pytestmark = pytest.mark.anyio

NOON = 1_795_600_000.0  # 2026-11-25
TODAY = date(2026, 11, 25)
LIFETIMES = Lifetimes(invoice_list=90, invoice=300, client=300, records=90, payment_methods=900, shared=3600)


@dataclass
class Whmcs(Books):
    services: tuple[Subscription, ...] = ()
    moved: tuple[Transaction, ...] = ()
    offers: tuple[Quote, ...] = ()
    currencies: dict[int, str] = field(default_factory=dict)

    async def get_clients_products(self, client_id: int) -> tuple[Subscription, ...]:
        return self.services

    async def get_transactions(self, client_id: int) -> tuple[Transaction, ...]:
        return self.moved

    async def get_quotes(self, client_id: int) -> tuple[Quote, ...]:
        return self.offers

    async def get_currencies(self) -> dict[int, str]:
        self._call("GetCurrencies")
        return self.currencies


@pytest.fixture
def whmcs() -> Whmcs:
    return Whmcs(currency="BHD")


@pytest.fixture
async def reader(whmcs: Whmcs, anyio_backend: str) -> AsyncIterator[ClientReader]:
    cache = open_cache("memory://")
    await cache.start()
    yield ClientReader(cache, LIFETIMES, Clients(whmcs, cache, LIFETIMES, 5.0), 5.0)
    await cache.close()


CALENDAR = Calendar(ZoneInfo("UTC"), lambda: NOON)


def subscription(id_: int, **changes: Any) -> Subscription:
    fields: dict[str, Any] = {
        "id": id_,
        "client_id": 1,
        "name": "Fibre",
        "group": "",
        "domain": "",
        "quantity": 1,
        "status": SubscriptionStatus.ACTIVE,
        "billing_cycle": BillingCycle.MONTHLY,
        "amount": Decimal("9.50"),
        "next_due_on": date(2026, 12, 1),
        "started_on": None,
        "gateway": "stripe",
    }
    return Subscription(**{**fields, **changes})


def transaction(id_: int, **changes: Any) -> Transaction:
    fields: dict[str, Any] = {
        "id": id_,
        "client_id": 1,
        "on": date(2026, 11, 1),
        "gateway": "stripe",
        "description": "",
        "reference": "",
        "amount": Decimal("1.00"),
        "currency_id": None,
        "invoice_id": None,
    }
    return Transaction(**{**fields, **changes})


def quote(id_: int, status: QuoteStatus, valid_until: date | None) -> Quote:
    return Quote(
        id=id_,
        client_id=1,
        subject="",
        status=status,
        issued_on=None,
        valid_until=valid_until,
        accepted_on=None,
        subtotal=Decimal(1),
        taxes=(),
        total=Decimal(1),
        proposal="",
        notes="",
        lines=(),
    )


async def test_what_renews_next_comes_first(whmcs: Whmcs, reader: ClientReader) -> None:
    """What is free, was paid once, has ended or is suspended does not renew, whatever date WHMCS keeps with it."""
    whmcs.services = (
        subscription(1, status=SubscriptionStatus.TERMINATED, next_due_on=date(2016, 1, 1)),
        subscription(2, billing_cycle=BillingCycle.ONE_TIME),
        subscription(3, billing_cycle=BillingCycle.FREE),
        subscription(4, next_due_on=date(2026, 12, 24)),
        subscription(5, next_due_on=None),
        subscription(6, status=SubscriptionStatus.SUSPENDED, next_due_on=date(2026, 11, 1)),
    )
    reading, _ = await Subscriptions(whmcs, reader, CALENDAR).read(1)
    assert [each.id for each in reading.value] == [6, 4, 2, 3, 5, 1]
    assert [each.renews_on for each in reading.value] == [None, date(2026, 12, 24), *[None] * 4]
    assert reading.expires_at <= CALENDAR.midnight(), "tomorrow it is another number of days"


async def test_money_is_in_the_clients_currency(whmcs: Whmcs, reader: ClientReader) -> None:
    """In its own digits, never by way of a float."""
    whmcs.services = (subscription(1, amount=Decimal("1000000000000.125")), subscription(2, amount=Decimal("9.50")))
    reading, _ = await Subscriptions(whmcs, reader, CALENDAR).read(1)
    assert [msgspec.to_builtins(each.amount) for each in reading.value] == [
        {"amount": "1000000000000.125", "currency": "BHD"},
        {"amount": "9.500", "currency": "BHD"},
    ]


async def test_a_transaction_may_name_its_currency(whmcs: Whmcs, reader: ClientReader) -> None:
    """By WHMCS's number, which only then is looked up."""
    whmcs.moved = (transaction(1),)
    reading, _ = await Transactions(whmcs, reader).read(1)
    assert reading.value[0].amount == Money.of("1.00", "BHD")
    assert "GetCurrencies" not in whmcs.calls
    whmcs.moved, whmcs.currencies = (transaction(1), transaction(2, currency_id=3)), {3: "JPY"}
    reading, _ = await Transactions(whmcs, reader).read(2)
    assert [each.amount.currency for each in reading.value] == ["JPY", "BHD"]


async def test_an_amount_in_an_unknown_currency_is_none(whmcs: Whmcs, reader: ClientReader) -> None:
    whmcs.moved = (transaction(1, currency_id=9),)
    with pytest.raises(BillingUnavailable):
        await Transactions(whmcs, reader).read(1)


async def test_newest_first_and_what_has_no_date_last(whmcs: Whmcs, reader: ClientReader) -> None:
    whmcs.moved = (
        transaction(1, on=None),
        transaction(2, on=date(2026, 11, 3)),
        transaction(3, amount=Decimal(-1)),
        transaction(4),
    )
    reading, _ = await Transactions(whmcs, reader).read(1)
    assert [(each.id, each.kind) for each in reading.value] == [
        (2, "payment"),
        (4, "payment"),
        (3, "refund"),
        (1, "payment"),
    ]


async def test_a_quote_expires_while_it_is_open(whmcs: Whmcs, reader: ClientReader) -> None:
    """On the day after the last on which it holds; drafts are not there."""
    whmcs.offers = (
        quote(1, QuoteStatus.DELIVERED, date(2026, 11, 24)),
        quote(2, QuoteStatus.DELIVERED, TODAY),
        quote(3, QuoteStatus.ACCEPTED, date(2026, 1, 1)),
        quote(4, QuoteStatus.ON_HOLD, None),
        quote(5, QuoteStatus.DRAFT, None),
    )
    reading, _ = await Quotes(whmcs, reader, CALENDAR).read(1)
    assert {each.id: each.is_expired for each in reading.value} == {1: True, 2: False, 3: False, 4: False}


def test_pages_do_not_overlap() -> None:
    """And one past the end is empty, with the right total."""
    as_of = None
    pages = [page_of(range(7), page, 3, as_of) for page in (1, 2, 3, 4)]  # type: ignore[arg-type]
    assert [list(page.items) for page in pages] == [[0, 1, 2], [3, 4, 5], [6], []]
    assert {page.total for page in pages} == {7}
