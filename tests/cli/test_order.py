"""`counterfoil order show`: what an operator is told of an order."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.db.engine import make_engine
from counterfoil.orders.order import Item, Order, Status, Step
from counterfoil.orders.repository import OrderRepository
from counterfoil.stop_codes import StopCode
from tests.cli.commands import run_forked
from tests.databases import give_schema

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STOPPED = Order(
    id="0f4a9c2b7d1e8a6f",
    origin="salesforce",
    client_id=42,
    gateway="stripe",
    items=(Item(2, "monthly", 3, "Fibre"),),
    status=Status.FAILED,
    step=Step.CHECK,
    created_at=NOW,
    updated_at=NOW,
    idempotency_key="canary",
    error_code=StopCode.PAYMENT_METHOD_MISSING,
    salesforce_id="801000000000001AAA",
    whmcs_order_id=77,
)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """Of a portal whose database holds one order that stopped."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'portal.db'}"
    give_schema(url)
    asyncio.run(_add(url))
    required = {"secret_key": "k" * 48, "whmcs_identifier": "identifier", "whmcs_secret": "secret"}
    return {**required, "whmcs_url": "https://billing.example.com/", "database_url": url}


async def _add(url: str) -> None:
    engine = make_engine(url)
    repository = OrderRepository(engine)
    await repository.add(STOPPED)
    await repository.note(STOPPED.id, NOW, "no payment method")
    await engine.dispose()


@pytest.mark.parametrize("number", [STOPPED.id, "801000000000001AAA", "77", "#77"])
def test_an_order_is_told_by_each_of_its_numbers(tmp_path: Path, settings: dict[str, str], number: str) -> None:
    """State, step, who, the error in words, its numbers elsewhere, and everything that happened, with its time."""
    done = run_forked(tmp_path, "order", "show", number, **settings)
    assert done.returncode == 0, done.stderr
    for said in (STOPPED.id, "failed", "check", "sales staff", "There is no usable payment method", "3 x Fibre"):
        assert said in done.stdout
    assert "2026-11-23 12:00:00Z                    no payment method" in done.stdout
    assert "canary" not in done.stdout


def test_programs_get_json(tmp_path: Path, settings: dict[str, str]) -> None:
    (found,) = json.loads(run_forked(tmp_path, "order", "show", STOPPED.id, "--json", **settings).stdout)
    assert found["order"]["status"] == "failed"
    assert found["order"]["idempotency_key"] is None
    assert [each["outcome"] for each in found["events"]] == ["created", "no payment method"]


def test_an_unknown_order_is_no_success(tmp_path: Path, settings: dict[str, str]) -> None:
    """WHMCS's number of a client is not one of an order."""
    done = run_forked(tmp_path, "order", "show", "42", **settings)
    assert done.returncode == 1
    assert "there is no order 42" in done.stderr
