"""Machines are lost, each in turn: its programs, its cable, its sight of others, its quick disk. People go on being
served, nobody is shown what a webhook had cleared, and every order is placed exactly once. `make prove-machines`.
"""

import time
from collections.abc import Callable, Iterator

import httpx2
import pytest

from proofs.machines.neighbours import until
from proofs.machines.network import Host, missing
from proofs.machines.shop import Shop, running_shop
from proofs.machines.watching import People, change_is_seen, orders_in_whmcs, place_order

Step = Callable[[Shop], object]


class Lost:
    """What is lost: who was the master of Redis is known only then."""

    def __init__(self) -> None:
        self.host: Host | None = None

    def master_of(self, shop: Shop) -> Host:
        self.host = shop.caches.master_host()
        return self.host

    def found(self) -> Host:
        assert self.host is not None
        return self.host


LOST = Lost()


def fail_over(shop: Shop) -> None:
    """The database's machine is gone, and whoever watches over it makes the standby the primary."""
    until(shop.databases.standby_follows, "a standby that has what the primary has")
    shop.hosts["database-1"].unplug()
    shop.databases.servers[shop.hosts["database-1"].address].kill()
    shop.databases.promote(shop.hosts["database-2"])


def replicates(shop: Shop) -> None:
    until(shop.caches.has_replicas, "a Redis that has its replicas again")


def cache_is_back(shop: Shop) -> None:
    shop.caches.start(LOST.found())
    replicates(shop)


def plugged_in(shop: Shop) -> None:
    LOST.found().plug()
    replicates(shop)


def standby_is_back(shop: Shop) -> None:
    shop.hosts["database-2"].plug()
    until(shop.databases.standby_follows, "a standby that has what the primary has")


def databases(shop: Shop) -> list[Host]:
    return list(shop.databases.hosts)


LOSSES: list[tuple[str, Step, Step]] = [
    (
        "a portal is killed",
        lambda shop: shop.portals["portal-1"].kill(),
        lambda shop: shop.start("portal-1"),
    ),
    (
        "a portal's machine loses its cable",
        lambda shop: shop.hosts["portal-2"].unplug(),
        lambda shop: shop.hosts["portal-2"].plug(),
    ),
    (
        "Redis's master is killed",
        lambda shop: shop.caches.servers[LOST.master_of(shop).address].kill(),
        cache_is_back,
    ),
    (
        "Redis's master loses its cable",
        lambda shop: LOST.master_of(shop).unplug(),
        plugged_in,
    ),
    (
        "a portal loses sight of every Redis",
        lambda shop: shop.hosts["portal-1"].lose_sight_of(*shop.caches.hosts),
        lambda shop: shop.hosts["portal-1"].see(*shop.caches.hosts),
    ),
    (
        "a portal loses sight of the databases",
        lambda shop: shop.hosts["portal-1"].lose_sight_of(*databases(shop)),
        lambda shop: shop.hosts["portal-1"].see(*databases(shop)),
    ),
    (
        "the database's disk is slow",
        lambda shop: shop.databases.slow_disk(shop.hosts["database-1"]),
        lambda shop: shop.databases.quick_disk(shop.hosts["database-1"]),
    ),
    (
        "the database's standby loses its cable",
        lambda shop: shop.hosts["database-2"].unplug(),
        standby_is_back,
    ),
    (
        "the database's machine is lost, the standby is promoted",
        fail_over,
        lambda _: None,
    ),
]


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    if why := missing():
        pytest.fail(why)
    with running_shop() as shop:
        yield shop


@pytest.mark.timeout(1500)
def test_machines_are_lost_one_by_one(shop: Shop) -> None:
    said: list[str] = []
    orders: list[str] = []
    before = orders_in_whmcs(shop)
    with People(shop) as people:
        time.sleep(2)
        for name, lose, mend in LOSSES:
            people.seen()
            lose(shop)
            change_is_seen(people, f"{name}, lost")
            orders.append(place_order(people))
            until(people.are_served, f"people who are served after: {name}")
            time.sleep(5)
            mend(shop)
            until(people.are_served, f"people who are served again after: {name}")
            change_is_seen(people, f"{name}, back")
            statuses, longest = people.seen()
            others = {status: count for status, count in statuses.items() if status != "200"}
            said.append(f"{name:55} {sum(statuses.values()):5} answers, not 200: {others}, nobody for {longest:.1f} s")
            print(said[-1])
        with shop.client() as client:
            client.cookies = people.cookies
            done = dict.fromkeys(orders, "")

            def are_active() -> bool:
                done.update({order: state(client, order) for order in orders})
                return set(done.values()) == {"active"}

            try:
                until(are_active, "active orders")
            finally:
                print(list(done.values()))
    assert len(set(orders)) == len(LOSSES)
    assert orders_in_whmcs(shop) - before == len(LOSSES)


def state(client: httpx2.Client, order: str) -> str:
    return str(client.get(f"/api/v1/orders/{order}").json()["status"])
