"""Every call that an order makes, every way in which it can go wrong, and a worker that dies in it: what must hold.

`make prove-orders` plays all of it on SQLite and PostgreSQL, FAULTS=2 only the first two kinds of fault for each call,
PART=2/4 every fourth stage of it, PART=5/12 one alone; test_game_day.py plays a part in every run.
"""

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import structlog

from counterfoil.errors import BillingUnavailable
from counterfoil.orders.order import Order, Status
from counterfoil.stop_codes import StopCode
from tests.orders.neighbours import neighbours
from tests.orders.test_idle import approvals_of, idle_for
from tests.orders.world import ADA, World, opened
from tests.servers import running_postgres
from tools.arguments import take_none

WHMCS_CALLS = (
    *("GetProducts", "GetPaymentMethods", "GetPayMethods"),
    *("GetClientsProducts", "AddOrder", "GetOrders", "AcceptOrder"),
)
SALESFORCE_CALLS = (
    *("token", "query Order", "query Account", "upsert Order", "query PricebookEntry", "composite", "update Order"),
)
READS = {*WHMCS_CALLS[:4], "GetOrders", "token", "query Order", "query Account", "query PricebookEntry"}
"""What changes nothing: whether a call was carried out makes no difference."""

TIMEOUT = 0.6
"""Seconds for a call to WHMCS: what hangs costs so much real time."""

WHMCS_FAULTS = ("hang", "reset", "status", "html", "truncated-json", "empty", "auth-failed")
SALESFORCE_FAULTS = (
    *("reset", "status", "html", "broken-json", "expired", "lock", "busy"),
    *("lost-page", "moved", "old-version", "maintenance", "wrapped-lock", "approval-lock", "query-timeout", "quota"),
)
"""Everything that passes by itself."""

REFUSALS = ("validation", "not-visible", "denied", "flow", "unseen")
"""What a person has to mend: the order is active in the end, or stopped with a code."""

MOST_CALLS = 40
"""Of Salesforce's for one order with an incident, besides the polls: it needs 18 on a quiet machine, more when WHMCS's
answers come too late as well."""

ODD_QUANTITIES = (1.5, 0.0, -2.0, 1_000_000.0)


class Incident(NamedTuple):
    """`kind` is a fault of the sandbox, or "kill". `after`: the call was carried out, its answer did not come."""

    call: str
    kind: str
    after: bool

    @property
    def is_kill(self) -> bool:
        return self.kind == "kill"


def incidents(*, salesforce: bool, faults: int = 99) -> Iterable[Incident]:
    """`faults`: how many kinds of fault for each call, besides the kills."""
    for call in (*WHMCS_CALLS, *(SALESFORCE_CALLS if salesforce else ())):
        kinds = WHMCS_FAULTS if call[0].isupper() else (*SALESFORCE_FAULTS, *REFUSALS)
        for kind in ("kill", *kinds[:faults]):
            yield Incident(call, kind, after=False)
            # Credentials are looked at before anything is done: a refusal of them after that is no answer of WHMCS's.
            if call not in READS and kind != "auth-failed":
                yield Incident(call, kind, after=True)


SOLD = ((2, "Monthly", 1), (3, "Monthly", 2))
"""Lines of an order of sales staff."""


def of_sales_staff(*, faults: int = 99) -> Iterable[Incident]:
    """The calls that an order makes which is there already."""
    calls = {*WHMCS_CALLS, "token", "query Order", "update Order", "composite"}
    yield from (each for each in incidents(salesforce=True, faults=faults) if each.call in calls)


async def play(world: World, incident: Incident, *, of_sales_staff: bool = False) -> Order:
    """One order with one incident on its way; raises AssertionError when an invariant does not hold."""
    before, asked = len(world.whmcs_orders()), calls_besides_polls(world)
    if incident.call == "token":
        world.around.org.expire_tokens()
    sold = world.sell(ADA, *SOLD) if of_sales_staff else ""
    order_id = (await world.taken_up(sold) if incident.is_kill else "") if sold else await placed(world)
    kind = "hang" if incident.is_kill else incident.kind
    world.break_with(incident.call, kind, after=incident.after)
    if not order_id:
        order_id = await world.taken_up(sold)
    order = await world.settle(order_id, incident.call if incident.is_kill else "")
    world.mend()
    if order.status is Status.FAILED and incident.kind in REFUSALS:
        order = await mended(world, order, incident)
    _check(world, order, incident, before)
    assert calls_besides_polls(world) - asked <= MOST_CALLS, f"{incident}: {calls_besides_polls(world) - asked} calls"
    return order


async def placed(world: World) -> str:
    """A machine that is too busy to answer within TIMEOUT is no incident of the plan."""
    for _ in range(20):
        with contextlib.suppress(BillingUnavailable):
            return (await world.place()).id
        await asyncio.sleep(1)
    raise AssertionError("no order can be placed")


def calls_besides_polls(world: World) -> int:
    return sum("Activation_Status__c = 'Requested'" not in str(call.body) for call in world.around.org.calls)


async def mended(world: World, order: Order, incident: Incident) -> Order:
    """A refusal stopped it, and Salesforce says so with a code; the cause is mended, and a person tries again."""
    assert order.error_code is not None, f"{incident}: {order}"
    if order.salesforce_id:
        record = world.record(order)
        said = (record["Activation_Status__c"], record["Activation_Error_Code__c"])
        assert said == ("Failed", order.error_code), f"{incident}: {record}"
    await world.orders.checkout.retry(order, by_staff=True)
    return await world.settle(order.id)


def _check(world: World, order: Order, incident: Incident, before: int) -> None:
    new = world.whmcs_orders()[before:]
    placed = [each for each in new if each.id == order.whmcs_order_id]
    assert len(new) <= 1, f"{incident}: two orders in WHMCS"
    assert order.status is Status.ACTIVE, f"{incident}: {order}"
    assert [each.status for each in placed] == ["Active"], f"{incident}: {placed}"
    services = [each for each in world.around.whmcs.ledger.services if each.order_id == order.whmcs_order_id]
    pieces = sum(each.quantity for each in services)
    assert pieces == sum(item.quantity for item in order.items), f"{incident}: a line is missing"
    if order.salesforce_id:
        record = world.record(order)
        assert record["Activation_Status__c"] == "Activated", f"{incident}: {record}"
        assert record["WHMCS_Order_ID__c"] == str(order.whmcs_order_id), f"{incident}: {record}"


async def play_odd_quantity(world: World, quantity: float) -> None:
    """Of sales staff: every line is carried, or none and a code."""
    before = len(world.whmcs_orders())
    order = await world.settle(await world.taken_up(world.sell(ADA, *SOLD, (2, "Monthly", quantity))))
    assert order.error_code is StopCode.QUANTITY_NOT_ALLOWED, f"{quantity}: {order}"
    assert world.record(order)["Activation_Error_Code__c"] == "QUANTITY_NOT_ALLOWED", str(quantity)
    assert len(world.whmcs_orders()) == before, str(quantity)


async def campaign(
    database_url: str, *, salesforce: bool, tag: bool, faults: int = 99, of_staff: bool = False
) -> Counter[str]:
    """`of_staff`: orders that sales staff make in Salesforce, instead of the portal's own."""
    figures: Counter[str] = Counter()
    with neighbours() as around:
        opening = opened(around, database_url, salesforce=salesforce, tag=tag, whmcs_timeout_seconds=str(TIMEOUT))
        async with opening as world:
            around.org.daily_limit = 10_000_000
            for incident in (
                of_sales_staff(faults=faults) if of_staff else incidents(salesforce=salesforce, faults=faults)
            ):
                await play(world, incident, of_sales_staff=of_staff)
                figures["orders"] += 1
            for quantity in ODD_QUANTITIES if of_staff else ():
                await play_odd_quantity(world, quantity)
                figures["odd quantities"] += 1
            figures["kills"] = world.kills
            figures["calls"] = len(world.calls())
    return figures


async def a_day_idle(url: str) -> Counter[str]:
    """Two processes for 24 hours, with an order that waits for approval."""
    with neighbours() as around:
        async with (
            opened(around, url, salesforce=True) as world,
            opened(around, url, salesforce=True, fresh=False, clock=world.clock) as other,
        ):
            await world.worked((await world.place()).id)
            calls = await idle_for(world, [approvals_of(world.orders), approvals_of(other.orders)], hours=24)
            assert calls <= 3000, calls
            return Counter({"calls of an idle day": calls})


STAGES = [
    (database, salesforce, of_staff, tag)
    for database in ("SQLite", "PostgreSQL")
    for salesforce, of_staff in ((False, False), (True, False), (True, True))
    for tag in (True, False)
]


async def everything() -> None:
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    faults = int(os.environ.get("FAULTS") or 99)
    part, _, parts = (os.environ.get("PART") or "1/1").partition("/")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, running_postgres() as postgres:
        total: Counter[str] = Counter()
        if part == "1":
            total += await a_day_idle(f"sqlite+aiosqlite:///{folder}/idle.db")
            say(str(dict(total)))
        for database, salesforce, of_staff, tag in STAGES[int(part) - 1 :: int(parts)]:
            file = Path(folder) / f"{salesforce}{of_staff}{tag}.db"
            url = postgres.new_database() if database == "PostgreSQL" else f"sqlite+aiosqlite:///{file}"
            figures = await campaign(url, salesforce=salesforce, tag=tag, faults=faults, of_staff=of_staff)
            total += figures
            say(f"{database}, Salesforce {salesforce}, of staff {of_staff}, tag {tag}: {dict(figures)}")
    say(f"{dict(total)}, no violation, {time.monotonic() - began:.0f} s")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    take_none(__doc__)
    asyncio.run(everything())
