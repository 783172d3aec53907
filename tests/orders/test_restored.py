"""A database that is older than WHMCS: a backup was restored, or a failover has lost the last commits."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from counterfoil.orders.order import Status
from tests.orders.world import World

pytestmark = pytest.mark.anyio


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


async def test_try_again_after_a_restored_backup(world: World, tmp_path: Path) -> None:
    """WHMCS has the order, the database says that it was refused: Try again makes no second one."""
    before = len(world.whmcs_orders())
    order = await world.place()
    world.break_with("AddOrder", "error", after=False)
    refused = await world.settle(order.id)
    assert refused.status is Status.FAILED
    copy(tmp_path / "db", tmp_path / "backup")
    await world.orders.checkout.retry(refused)
    first = await world.settle(order.id)
    assert first.status is Status.ACTIVE

    copy(tmp_path / "backup", tmp_path / "db")
    await world.orders.checkout.retry(refused)
    again = await world.settle(order.id)
    assert (again.status, again.whmcs_order_id) == (Status.ACTIVE, first.whmcs_order_id)
    assert (again.whmcs_invoice_id, again.whmcs_service_ids) == (first.whmcs_invoice_id, first.whmcs_service_ids)
    assert len(world.whmcs_orders()) == before + 1


async def test_an_order_whose_last_commits_are_lost(world: World, tmp_path: Path) -> None:
    """It is as new, and due: a worker takes it up, and finds what it became."""
    before = len(world.whmcs_orders())
    order = await world.place()
    copy(tmp_path / "db", tmp_path / "backup")
    first = await world.settle(order.id)
    copy(tmp_path / "backup", tmp_path / "db")
    again = await world.settle(order.id)
    assert (again.status, again.whmcs_order_id) == (Status.ACTIVE, first.whmcs_order_id)
    assert len(world.whmcs_orders()) == before + 1
