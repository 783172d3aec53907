"""Saved payment methods: which of them an order may count on, whose they are, and how long they are believed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from counterfoil.billing.clients import Clients
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.payment_methods import PaymentMethods, shown_methods
from counterfoil.billing.reading import Calendar
from counterfoil.cache import Cache, open_cache
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Gateway, PaymentMethod
from tests.billing.whmcs_books import Books

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 23)
ADA, COLLEAGUE = 1, 2


def method(id_: int = 1, **changes: Any) -> PaymentMethod:
    visa = PaymentMethod(id_, "card", "Company card", "stripe", "Visa", "4242", date(2029, 2, 28))
    return msgspec.structs.replace(visa, **changes)


@dataclass
class Safe(Books):
    """WHMCS with what customers have saved there."""

    methods: tuple[PaymentMethod, ...] = ()
    gateways: tuple[Gateway, ...] = field(default=(Gateway("stripe", "Credit card"),))

    async def get_pay_methods(self, client_id: int) -> tuple[PaymentMethod, ...]:
        self._call("GetPayMethods")
        assert client_id == 1
        return self.methods

    async def get_payment_methods(self) -> tuple[Gateway, ...]:
        self._call("GetPaymentMethods")
        return self.gateways


@pytest.fixture
def whmcs() -> Safe:
    return Safe(methods=(method(),))


@pytest.fixture
async def cache() -> AsyncIterator[Cache]:
    cache = open_cache("memory://")
    await cache.start()
    yield cache
    await cache.close()


@pytest.fixture
def methods(whmcs: Safe, cache: Cache) -> PaymentMethods:
    lifetimes = Lifetimes(invoice_list=90, invoice=300, client=300, payment_methods=900, shared=3600, records=90)
    clients, gateways = Clients(whmcs, cache, lifetimes, 5), Gateways(whmcs, cache, lifetimes, 5)
    # Ten in the evening of the 23rd over there, while it is the 24th elsewhere.
    now = datetime(2026, 11, 24, 3, tzinfo=UTC).timestamp()
    calendar = Calendar(ZoneInfo("America/New_York"), lambda: now)
    return PaymentMethods(whmcs, cache, lifetimes, calendar, clients=clients, gateways=gateways, timeout=5)


@pytest.mark.parametrize(
    ("changes", "is_usable"),
    [
        ({}, True),
        ({"gateway": "Stripe"}, True),
        ({"expires_on": None}, True),
        ({"expires_on": TODAY}, True),
        ({"expires_on": TODAY - timedelta(days=1)}, False),
        ({"gateway": "closed"}, False),
        ({"gateway": ""}, True),
        ({"gateway": "", "type": "bank_account", "expires_on": None}, True),
    ],
    ids=str,
)
async def test_usable_is_unexpired_and_its_gateway_active(
    whmcs: Safe, methods: PaymentMethods, changes: dict[str, Any], is_usable: bool
) -> None:
    """By WHMCS's date, which may be another than ours. What it stores itself has no gateway of its own."""
    whmcs.methods = (method(**changes),)
    assert bool(await methods.usable_for_order(1)) is is_usable
    overview = (await methods.overview(1, ADA)).value
    assert (overview.methods[0].is_usable, overview.is_ready_for_orders) == (is_usable, is_usable)


async def test_without_any_gateway_nothing_is_usable(whmcs: Safe, methods: PaymentMethods) -> None:
    """Nobody could charge it."""
    whmcs.methods, whmcs.gateways = (method(), method(2, gateway="")), ()
    assert await methods.usable_for_order(1) == ()


@pytest.mark.parametrize(("days", "is_soon"), [(-1, False), (0, True), (30, True), (31, False)])
def test_expiring_soon_is_within_30_days(days: int, is_soon: bool) -> None:
    """And not expired yet: that is another word."""
    [shown] = shown_methods([method(expires_on=TODAY + timedelta(days=days))], [Gateway("stripe", "Card")], TODAY)
    assert (shown.expires_soon, shown.is_expired, shown.gateway) == (is_soon, days < 0, "Card")


async def test_what_an_order_counts_on_is_never_cached(whmcs: Safe, methods: PaymentMethods) -> None:
    """A method removed a moment ago, of which nobody told, opens no order; and the page says so from then on."""
    assert (await methods.overview(1, ADA)).value.is_ready_for_orders
    whmcs.methods = ()
    assert (await methods.overview(1, ADA)).value.is_ready_for_orders, "kept"
    assert await methods.usable_for_order(1) == ()
    assert not (await methods.overview(1, ADA)).value.is_ready_for_orders


@pytest.mark.parametrize("silent", ["get_pay_methods", "get_payment_methods"])
async def test_unknown_is_never_none(whmcs: Safe, methods: PaymentMethods, silent: str) -> None:
    """Neither half of the answer can be done without."""

    async def unavailable(*_: int) -> None:
        raise BillingUnavailable("down")

    setattr(whmcs, silent, unavailable)
    with pytest.raises(BillingUnavailable):
        await methods.usable_for_order(1)
    with pytest.raises(BillingUnavailable):
        await methods.overview(1, ADA)


async def test_kept_for_each_person(whmcs: Safe, methods: PaymentMethods) -> None:
    """Cached per user: one person's reading answers nobody else; a clear is for all of the client's people."""
    for _ in range(3):
        await methods.page(1, ADA)
        await methods.page(1, COLLEAGUE)
    assert sorted(whmcs.calls) == ["GetClientsDetails", *["GetPayMethods"] * 2]


async def test_the_list_never_says_which_is_the_default(methods: PaymentMethods) -> None:
    """WHMCS does not tell; neither the first nor the only one is taken for it."""
    page = (await methods.page(1, ADA)).value
    assert [item.is_default for item in page.items] == [None]


async def test_a_day_ends_what_was_said(methods: PaymentMethods, cache: Cache) -> None:
    """ "Not expired" is kept no longer than to midnight over there."""
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo("America/New_York")).timestamp()
    assert (await methods.page(1, ADA)).expires_at <= midnight
    assert (await methods.overview(1, ADA)).expires_at <= midnight
