"""What must hold before an order is accepted or tried again, one rule at a time. Real WHMCS, database and cache."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from counterfoil.billing.products import Offer, ProductItem
from counterfoil.errors import (
    BillingUnavailable,
    IdempotencyKeyReused,
    OrderNotFound,
    PaymentMethodMissing,
    ValidationFailed,
)
from counterfoil.model import Money
from counterfoil.orders.checkout import PriceChanged, Wanted
from counterfoil.orders.first_payment import first_payment
from counterfoil.orders.order import Item, Status, Step
from tests.orders.neighbours import Neighbours
from tests.orders.world import ADA, BOB, World, opened

pytestmark = pytest.mark.anyio

FIBRE = [Wanted(1, "monthly")]
FIBRE_COSTS = Money.of("98.00", "EUR")


def euro(amount: str) -> Money:
    return Money.of(amount, "EUR")


def cost(world: World, product_id: int, amount: str) -> None:
    """What it costs in WHMCS from now on, whoever has an older price before their eyes."""
    products = world.around.whmcs.ledger.products
    prices = {"EUR": {"monthly": Decimal(amount)}}
    products[product_id] = msgspec.structs.replace(products[product_id], prices=prices)


# What is asked for


@pytest.mark.parametrize(
    ("wanted", "gateway", "fields"),
    [
        ([], "", ["items"]),
        ([Wanted(1, "monthly")] * 21, "", ["items"]),
        ([Wanted(99, "monthly")], "", ["items.0.product_id"]),
        ([Wanted(1, "weekly")], "", ["items.0.billing_cycle"]),
        ([Wanted(1, "monthly", 0)], "", ["items.0.quantity"]),
        ([Wanted(1, "monthly", 51)], "", ["items.0.quantity"]),
        ([Wanted(1, "monthly")], "cheque", ["gateway"]),
        ([Wanted(1, "monthly"), Wanted(99, "monthly")], "cheque", ["items.1.product_id", "gateway"]),
    ],
    ids=["nothing", "too much", "product", "cycle", "none", "too many", "gateway", "all that is wrong"],
)
async def test_only_what_is_on_offer(world: World, wanted: Sequence[Wanted], gateway: str, fields: list[str]) -> None:
    """Everything that is wrong is said at once, by its field; nothing is stored, and no method is asked for."""
    with pytest.raises(ValidationFailed) as refused:
        await world.orders.checkout.place(ADA, wanted, gateway, "key")
    assert [field for field, _ in refused.value.errors] == fields
    assert (await world.stored(), "GetPayMethods" in world.calls()) == (0, False)


async def test_only_what_is_sold_to_customers(around: Neighbours, tmp_path: Path) -> None:
    """WHMCS does not say which products are hidden; ORDER_PRODUCTS does."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    async with opened(around, url, salesforce=False, order_products="2, 3") as world:
        offered = await world.orders.checkout.offered(ADA)
        assert [product.id for product in offered.products] == [2, 3]
        with pytest.raises(ValidationFailed):
            await world.place(*FIBRE)


async def test_the_order_says_what_it_costs(world: World) -> None:
    """Name and price of each line, in the client's currency, as it was when it was accepted."""
    order = await world.place(Wanted(1, "annually"), Wanted(3, "monthly", 2))
    assert order.items == (
        Item(1, "annually", 1, "Fibre 1 Gbit/s", euro("1058.40")),
        Item(3, "monthly", 2, "Static IP address", euro("14.08")),
    )
    assert order == await world.orders.repository.find(id=order.id)


async def test_without_a_gateway_it_is_the_first(world: World) -> None:
    """Of those that WHMCS offers, in its order."""
    assert (await world.place(*FIBRE, gateway="")).gateway == "stripe"
    assert (await world.place(*FIBRE, gateway="banktransfer")).gateway == "banktransfer"


# What it costs


@pytest.mark.parametrize(
    ("items", "payment"),
    [
        ([Item(1, "monthly", 1, price=euro("98.00"))], euro("98.00")),
        ([Item(1, "monthly", 2, price=euro("98.00"), setup_fee=euro("10.00"))], euro("216.00")),
        ([Item(1, "monthly", 1, price=euro("98.00")), Item(3, "monthly", 2, price=euro("14.08"))], euro("126.16")),
        ([Item(1, "monthly", 1, price=Money.of("6600", "JPY"))], Money.of("6600", "JPY")),
        ([Item(1, "monthly", 1, price=euro("98.00")), Item(1, "monthly", 1)], None),
        ([], None),
    ],
    ids=["one", "with a fee", "two lines", "yen", "made by sales staff", "nothing"],
)
def test_the_first_payment(items: list[Item], payment: Money | None) -> None:
    """Price and setup fee, each as often as it is ordered; None where a price is not known."""
    assert first_payment(items) == payment


async def test_it_costs_what_whmcs_says_now(world: World) -> None:
    """A price that changed without a word is the one that counts, whatever the cache holds; it is read once."""
    assert (await world.orders.checkout.offered(ADA)).products[0].offers[0].amount == FIBRE_COSTS
    cost(world, 1, "120.00")
    assert (await world.orders.checkout.offered(ADA)).products[0].offers[0].amount == FIBRE_COSTS, "cached"
    world.around.whmcs.calls.clear()
    order = await world.place(*FIBRE)
    assert order.items[0].price == euro("120.00")
    assert world.calls().count("GetProducts") == 1


async def test_the_price_that_was_agreed_on_is_ordered(world: World) -> None:
    order = await world.orders.checkout.place(ADA, FIBRE, "", "key", agreed=FIBRE_COSTS)
    assert first_payment(order.items) == FIBRE_COSTS


@pytest.mark.parametrize("agreed", [euro("97.99"), Money.of("98.00", "GBP"), Money.of("0", "")], ids=str)
async def test_another_price_is_not(world: World, agreed: Money) -> None:
    """Nothing is stored, and it is said what is on offer, of the very read that was compared."""
    with pytest.raises(PriceChanged) as changed:
        await world.orders.checkout.place(ADA, FIBRE, "", "key", agreed=agreed)
    assert changed.value.offered.products[0] == ProductItem(
        1,
        "Fibre 1 Gbit/s",
        "Symmetric fibre, router included.",
        (Offer("monthly", FIBRE_COSTS, None), Offer("annually", euro("1058.40"), None)),
    )
    assert (await world.stored(), world.calls().count("GetProducts")) == (0, 1)


# Who pays


async def test_nobody_orders_without_a_payment_method(world: World) -> None:
    """Nothing is stored; once there is a method the same key places the order."""
    with pytest.raises(PaymentMethodMissing):
        await world.orders.checkout.place(BOB, FIBRE, "", "key")
    assert (await world.orders.repository.of_client(BOB, 1, 1))[1] == 0
    methods = world.around.whmcs.ledger.pay_methods
    ada = world.around.whmcs.ledger.pay_methods_of(ADA)[0]
    methods.seed(900, msgspec.structs.replace(ada, id=900, client_id=BOB))
    assert (await world.orders.checkout.place(BOB, FIBRE, "", "key")).status is Status.ACCEPTED


@pytest.mark.parametrize("action", ["GetProducts", "GetPayMethods", "GetPaymentMethods", "GetClientsDetails"])
async def test_unknown_is_not_missing(world: World, action: str) -> None:
    """While WHMCS does not say, nobody is told that there is no method, or no such product; nothing is stored."""
    world.break_with(action, "status", after=False, times=None)
    with pytest.raises(BillingUnavailable):
        await world.place(*FIBRE)
    assert await world.stored() == 0


# The same twice


async def test_the_same_request_is_the_same_order(world: World) -> None:
    """With the same key it is found, not placed: whatever it costs now, and even if it is not sold any more."""
    checkout = world.orders.checkout
    first = await checkout.place(ADA, FIBRE, "", "key", agreed=FIBRE_COSTS)
    cost(world, 1, "120.00")
    assert (await checkout.place(ADA, FIBRE, "", "key", agreed=FIBRE_COSTS)).id == first.id
    del world.around.whmcs.ledger.products[1]
    assert (await checkout.place(ADA, FIBRE, "", "key")).id == first.id
    assert await world.stored() == 1


async def test_at_the_same_moment_it_is_one_too(world: World) -> None:
    orders = await asyncio.gather(*(world.orders.checkout.place(ADA, FIBRE, "", "key") for _ in range(4)))
    assert len({order.id for order in orders}) == 1
    assert await world.stored() == 1


async def test_another_request_needs_another_key(world: World) -> None:
    """Which of the two is meant could not be told."""
    await world.orders.checkout.place(ADA, FIBRE, "", "key")
    for wanted, gateway in (([Wanted(2, "monthly")], ""), (FIBRE, "banktransfer")):
        with pytest.raises(IdempotencyKeyReused):
            await world.orders.checkout.place(ADA, wanted, gateway, "key")
    assert await world.stored() == 1


# Where it begins


async def test_it_begins_with_the_check(world: World) -> None:
    """Without Salesforce there is nobody to approve it; due at once, for whichever worker comes first."""
    order = await world.place(*FIBRE)
    assert (order.status, order.step, order.origin, order.due_at) == (
        Status.ACCEPTED,
        Step.CHECK,
        "portal",
        world.clock.moment,
    )


async def test_with_salesforce_it_is_registered_first(world_with_salesforce: World) -> None:
    order = await world_with_salesforce.place(*FIBRE)
    assert (order.status, order.step) == (Status.ACCEPTED, Step.REGISTER)


async def test_orders_of_others_are_not_found(world: World) -> None:
    order = await world.place(*FIBRE)
    assert (await world.orders.checkout.find(ADA, order.id)).id == order.id
    for client_id, order_id in ((BOB, order.id), (ADA, "nothing")):
        with pytest.raises(OrderNotFound):
            await world.orders.checkout.find(client_id, order_id)
    assert await world.orders.checkout.of_client(BOB, 1, 10) == ([], 0)


# Once more
