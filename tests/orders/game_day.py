"""Every call that an order makes, every way in which it can go wrong, and a worker that dies in it: what must hold.

`make prove-orders` plays all of it on SQLite and PostgreSQL, FAULTS=2 only the first two kinds of fault for each call;
test_game_day.py plays a part in every run.
"""

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from counterfoil.orders.repository import Order, Status
from tests.orders.world import World, neighbours, opened
from tests.servers import running_postgres

WHMCS_CALLS = (
    *("GetProducts", "GetPaymentMethods", "GetPayMethods"),
    *("GetClientsProducts", "AddOrder", "GetOrders", "AcceptOrder"),
)
SALESFORCE_CALLS = ("query Order", "upsert Order", "read Order", "query PricebookEntry", "composite", "update Order")

WHMCS_FAULTS = ("hang", "reset", "status", "html", "truncated-json", "empty", "auth-failed")
SALESFORCE_FAULTS = ("reset", "status", "html", "broken-json", "expired", "lock", "busy")


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
        kinds = WHMCS_FAULTS if call[0].isupper() else SALESFORCE_FAULTS
        for kind in ("kill", *kinds[:faults]):
            yield from (Incident(call, kind, after) for after in (False, True))


async def play(world: World, incident: Incident) -> Order:
    """One order with one incident on its way; raises AssertionError when an invariant does not hold."""
    before = len(world.whmcs_orders())
    order = await world.place()
    kind = "hang" if incident.is_kill else incident.kind
    world.break_with(incident.call, kind, after=incident.after)
    order = await world.settle(order.id, incident.call if incident.is_kill else "")
    world.mend()
    placed = [each for each in world.whmcs_orders()[before:] if each.id == order.whmcs_order_id]
    assert len(world.whmcs_orders()) - before <= 1, f"{incident}: two orders in WHMCS"
    assert order.status is Status.ACTIVE, f"{incident}: {order}"
    assert [each.status for each in placed] == ["Active"], f"{incident}: {placed}"
    if order.salesforce_id:
        record = world.record(order)
        assert record["Activation_Status__c"] == "Activated", f"{incident}: {record}"
        assert record["WHMCS_Order_ID__c"] == str(order.whmcs_order_id), f"{incident}: {record}"
    return order


async def campaign(database_url: str, *, salesforce: bool, tag: bool, faults: int = 99) -> Counter[str]:
    figures: Counter[str] = Counter()
    with neighbours() as around:
        async with opened(around, database_url, salesforce=salesforce, tag=tag) as world:
            for incident in incidents(salesforce=salesforce, faults=faults):
                await play(world, incident)
                figures["orders"] += 1
            figures["kills"] = world.kills
            figures["calls"] = len(world.calls())
    return figures


async def everything() -> None:
    logging.disable(logging.WARNING)
    faults = int(os.environ.get("FAULTS") or 99)
    began = time.monotonic()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, running_postgres() as postgres:
        for database in ("SQLite", "PostgreSQL"):
            for salesforce in (False, True):
                for tag in (True, False):
                    file = Path(folder) / f"{salesforce}{tag}.db"
                    url = postgres.new_database() if database == "PostgreSQL" else f"sqlite+aiosqlite:///{file}"
                    figures = await campaign(url, salesforce=salesforce, tag=tag, faults=faults)
                    total += figures
                    say(f"{database}, Salesforce {salesforce}, tag {tag}: {dict(figures)}")
    say(f"{dict(total)}, no violation, {time.monotonic() - began:.0f} s")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(everything())
