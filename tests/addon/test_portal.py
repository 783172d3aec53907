"""The whole portal before a WHMCS with its addon in it, and the same portal when the addon is taken out again."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from sqlalchemy import update

from counterfoil import __version__
from counterfoil.changes.catch_up import ASK_EVERY, LOOK_EVERY, TURN, YOUNG
from counterfoil.db.engine import make_engine
from counterfoil.db.tables import change_feed
from tests.portal.conftest import Portal
from tests.portal.test_freshness import INVOICES, statuses
from tests.servers import PostgresServer, running_redis
from tests.stack import running_stack

PATIENCE = 60.0


@pytest.fixture(scope="module", params=["sqlite+memory", "postgresql+redis"])
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Its own: it knows of the addon from its first test on."""
    folder = tmp_path_factory.mktemp("with-addon")
    if request.param == "sqlite+memory":
        with running_stack(folder) as stack:
            yield Portal(stack)
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_process")
    with running_redis() as redis:
        urls = {"database_url": postgres.new_database(), "cache_url": redis.url}
        with running_stack(folder, workers=2, **urls) as stack:
            yield Portal(stack)


@pytest.fixture
def found(installation: Portal) -> Portal:
    """As on any other day: with a WHMCS as it was seeded, and the addon in it."""
    installation.whmcs.control("POST", "reset")
    installation.whmcs.control("PATCH", "settings", {"addon": True})
    return installation


@pytest.fixture
def ada(found: Portal) -> Iterator[httpx2.Client]:
    with found.visitor("ada@example.com") as client:
        yield client


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def asked(portal: Portal) -> int:
    return portal.whmcs.actions().count("CounterfoilChanges")


def metrics(portal: Portal) -> str:
    return httpx2.get(f"{portal.stack.url}/metrics", timeout=60).text


def make_it_time(portal: Portal) -> None:
    """As if the last time that somebody asked were long ago."""

    async def forget() -> None:
        engine = make_engine(portal.stack.settings["database_url"])
        async with engine.begin() as connection:
            await connection.execute(update(change_feed).values(asked_at=datetime(2020, 1, 1, tzinfo=UTC)))
        await engine.dispose()

    asyncio.run(forget())


def introduce(portal: Portal) -> None:
    """The addon's first message has come, and the portal has learnt where its numbers stand."""
    portal.whmcs.control("PATCH", "clients/8", {"city": "Elsewhere"})
    portal.whmcs.wait_for_deliveries()
    portal.whmcs.forget_calls()
    make_it_time(portal)
    until(lambda: asked(portal), "the portal does not ask")


def keep(portal: Portal, reader: httpx2.Client) -> None:
    """What is read is kept for its lifetime again, and no more for the 2 s of the moments after a clear."""

    def is_kept() -> bool:
        reader.get(INVOICES)
        portal.whmcs.forget_calls()
        time.sleep(2.2)
        reader.get(INVOICES)
        return "GetInvoices" not in portal.whmcs.actions()

    until(is_kept, "nothing is kept")


def test_whmcs_without_the_addon_is_not_asked_for_it(installation: Portal) -> None:
    """It is found by its messages only: whoever does not have it gets no call that it does not know."""
    with installation.visitor("ada@example.com") as ada:
        ada.get(INVOICES)
        assert installation.webhook("client.updated", client_id=1).status_code == 204
        ada.get(INVOICES)
    assert not [action for action in installation.whmcs.actions() if action.startswith("Counterfoil")]


def test_lost_webhooks_are_made_good(found: Portal, ada: httpx2.Client) -> None:
    """F12: on every worker, in every view; one process of the fleet asks."""
    introduce(found)
    number = found.whmcs.notable("ada.overdue")
    keep(found, ada)
    found.whmcs.control("PATCH", "settings", {"weather": {"mode": "lost"}})
    found.whmcs.control("PATCH", f"invoices/{number}", {"status": "Paid"})
    time.sleep(YOUNG + 1)
    assert statuses(ada, number) == {"unpaid"}, "nobody has told the portal"
    found.whmcs.forget_calls()
    make_it_time(found)
    until(lambda: statuses(ada, number) == {"paid"}, "not made good")
    assert asked(found) == 1
    until(lambda: 'counterfoil_changes_total{event="missed"}' in metrics(found), "not counted")


def test_it_is_asked_often_enough() -> None:
    """A change that was too young the last time is found within 30 s, though one process dies while it asks."""
    assert YOUNG + ASK_EVERY + LOOK_EVERY + TURN + LOOK_EVERY < 30


def test_amounts_due_cost_one_call(found: Portal, ada: httpx2.Client) -> None:
    """One for the list, one for all that is open on it. Without the addon the same is said, by more calls."""
    introduce(found)
    found.whmcs.forget_calls()
    with_addon = ada.get(INVOICES, headers={"Cache-Control": "no-cache"}).json()
    calls = sorted(action for action in found.whmcs.actions() if "Invoice" in action)
    assert calls == ["CounterfoilInvoices", "GetInvoices"]
    found.whmcs.control("PATCH", "settings", {"addon": False})
    without = ada.get(INVOICES, headers={"Cache-Control": "no-cache"}).json()
    assert without["items"] == with_addon["items"]
    assert "GetInvoice" in found.whmcs.actions()


def test_test_message_is_told_the_version(installation: Portal) -> None:
    """In the answer to a signed ping, and nowhere else."""
    assert installation.webhook("ping").headers["counterfoil-version"] == __version__
    assert "counterfoil-version" not in installation.webhook("client.updated", client_id=1).headers


def test_doctor_looks_at_the_addon(found: Portal) -> None:
    """Optional: nothing fails without it. With it the versions are compared, and each action is named."""
    denied = ["CounterfoilInvoices"]
    found.whmcs.control("PATCH", "settings", {"denied_actions": denied})
    said = found.stack.command("doctor")
    assert f"OK   whmcs addon: version {__version__}" in said
    assert "OK   whmcs permission CounterfoilOrder (optional): allowed" in said
    assert "WARN whmcs permission CounterfoilInvoices (optional): no answer (permission_missing)" in said
