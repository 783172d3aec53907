"""Asking WHMCS's addon for lost webhooks: nothing is missed, little is done twice, one process asks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.cache import Cache, Entry
from counterfoil.changes import feed, receipts
from counterfoil.changes.catch_up import GAP_TIMEOUT, MANY
from counterfoil.db.clock import utc_now
from counterfoil.db.engine import make_engine, transaction
from counterfoil.db.tables import webhook_event
from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.webhooks import Event
from tests.changes.numbered import SERIES, Addon, Portal
from tests.databases import give_schema

pytestmark = pytest.mark.anyio


@pytest.fixture
async def addon() -> Addon:
    return Addon()


@pytest.fixture
async def portal(engine: AsyncEngine, cache: Cache, addon: Addon) -> Portal:
    """It has heard of the addon, and knows where its numbers stand."""
    portal = Portal(engine, cache, addon)
    await portal.catch_up.addon_seen(f"cf_{SERIES}_1")
    await portal.look()
    return portal


async def test_whmcs_without_the_addon_is_never_asked(engine: AsyncEngine, cache: Cache, addon: Addon) -> None:
    """Messages of other senders introduce nobody."""
    portal = Portal(engine, cache, addon)
    for name in ("msg_1", "cf_1", f"cf_{SERIES}", f"cf_{SERIES}_x", f"cf_{SERIES}_1x"):
        await portal.catch_up.addon_seen(name)
    assert await portal.look() == []
    assert (addon.asked, addon.is_introduced) == ([], False)


async def test_lost_changes_take_effect(portal: Portal, addon: Addon) -> None:
    """And next time only what is newer is asked for."""
    addon.record(1, 2, 3)
    assert await portal.look() == [1, 2, 3]
    addon.record(4)
    assert await portal.look() == [4]
    assert addon.asked == [None, 0, 3]
    assert portal.catch_up.counters == {"asked": 3, "restarts": 1, "missed": 4}


async def test_what_came_by_webhook_is_not_done_again(portal: Portal, addon: Addon) -> None:
    """Unless its effect did not hold, as when the cache was away."""
    addon.record(1, 2, 3)
    await portal.receive(1)
    await portal.receive(3, held=False)
    assert await portal.look() == [2, 3]


async def test_a_young_change_is_left_to_its_webhook(portal: Portal, addon: Addon) -> None:
    """WHMCS sends it when its own request ends."""
    addon.record(1)
    addon.record(2, age=1)
    assert await portal.look() == [1]
    addon.record(2)
    assert await portal.look() == [2]


async def test_a_number_that_is_not_there_yet_is_waited_for(portal: Portal, addon: Addon) -> None:
    """Another transaction may commit it later; what comes after it takes effect at once, and once."""
    addon.record(1, 3)
    assert await portal.look() == [1, 3]
    addon.record(2)
    assert await portal.look() == [2]
    assert addon.asked == [None, 0, 1]
    await portal.look()
    assert addon.asked[-1] == 3
    assert portal.catch_up.counters["gaps"] == 0


async def test_a_number_that_never_comes_is_counted(portal: Portal, addon: Addon) -> None:
    """WHMCS has rolled it back."""
    addon.record(1, 4, age=GAP_TIMEOUT)
    await portal.look()
    await portal.look()
    assert (addon.asked, portal.catch_up.counters["gaps"]) == ([None, 0, 4], 2)


@pytest.mark.parametrize("change", ["series", "back", "forgotten"])
async def test_numbers_that_mean_something_else(portal: Portal, cache: Cache, addon: Addon, change: str) -> None:
    """The addon was installed anew, its database put back, or it has forgotten what we missed: nothing kept counts."""
    addon.record(1, 2, 3)
    await portal.look()
    await keep(cache)
    if change == "series":
        addon.series = "ba9876543210"
    addon.newest = {"series": 2, "back": 1, "forgotten": 5000}[change]
    addon.oldest = {"series": 1, "back": 1, "forgotten": 4000}[change]
    assert await portal.look() == []
    assert not await is_kept(cache)
    await portal.look()
    assert addon.asked[-1] == addon.newest
    assert portal.catch_up.counters["restarts"] == 2


async def keep(cache: Cache) -> None:
    nonce = (await cache.peek("c1", [])).nonce
    while nonce is None:
        await cache.clear("c1")
        nonce = (await cache.peek("c1", [])).nonce
    await cache.keep("c1", nonce, "page", Entry(b"x", cache.now(), cache.now() + 60))
    assert await is_kept(cache)


async def is_kept(cache: Cache) -> bool:
    return (await cache.peek("c1", ["page"])).entries[0] is not None


async def test_thousands_cost_a_few_clears(portal: Portal, cache: Cache, addon: Addon) -> None:
    """10,000 changes of one cron run: ten calls, everything cleared, all on record."""
    addon.record(*range(1, 10_001))
    await keep(cache)
    assert await portal.look() == []
    assert not await is_kept(cache)
    assert len(addon.asked) == 12
    assert portal.catch_up.counters["missed"] == 10_000
    assert len(await receipts.applied(portal.engine, [f"cf_{SERIES}_{number}" for number in (1, 5000, 10_000)])) == 3
    addon.record(*range(10_001, 10_001 + MANY))
    assert len(await portal.look()) == MANY


async def test_numbers_that_are_given_a_second_time(portal: Portal, cache: Cache, addon: Addon) -> None:
    """WHMCS's database was restored from a backup: everything is cleared, and what the numbers then name is not taken
    for what they named before.
    """
    addon.record(1, 2, 3)
    assert await portal.look() == [1, 2, 3]
    async with transaction(portal.engine) as connection:
        await connection.execute(update(webhook_event).values(applied_at=datetime.now(UTC) - timedelta(hours=1)))
    addon.changes_, addon.newest = {}, 1
    await keep(cache)
    assert await portal.look() == []
    assert not await is_kept(cache)
    addon.record(2, 3)
    assert await portal.look() == [2, 3]
    assert await portal.look() == []


async def test_a_change_of_any_age_is_read(portal: Portal, addon: Addon) -> None:
    """Whatever WHMCS says that its age is."""
    addon.record(1, age=10**18)
    assert await portal.look() == [1]


async def test_an_effect_that_fails_is_asked_for_again(portal: Portal, addon: Addon) -> None:
    """Nothing counts as seen before it holds."""
    addon.record(1, 2)

    async def fails(event: Event) -> None:
        raise BillingUnavailable("away")

    with pytest.raises(BillingUnavailable):
        await portal.catch_up.look(fails)
    assert await portal.look() == [1, 2]


async def test_one_process_asks(engine: AsyncEngine, cache: Cache, addon: Addon) -> None:
    """Of four that look at the same time; the others when it is time again."""
    fleet = [Portal(engine, cache, addon, every=20.0, turn=20.0) for _ in range(4)]
    await fleet[0].catch_up.addon_seen(f"cf_{SERIES}_1")
    await asyncio.gather(*(portal.look() for portal in fleet))
    assert len(addon.asked) == 1
    await feed.move(engine, SERIES, 0, datetime.now(UTC) - timedelta(seconds=21))
    await asyncio.gather(*(portal.look() for portal in fleet))
    assert len(addon.asked) == 1, "time again, but whoever asked may still be at it"


async def test_who_failed_waits_for_its_turn(engine: AsyncEngine, cache: Cache, addon: Addon) -> None:
    """A WHMCS that is down is not asked at every look, by the process that found it down neither."""
    portal = Portal(engine, cache, addon, turn=3600.0)
    await portal.catch_up.addon_seen(f"cf_{SERIES}_1")
    addon.is_down = True
    with pytest.raises(BillingUnavailable):
        await portal.look()
    await portal.look()
    assert len(addon.asked) == 1


async def test_a_process_that_dies_over_it_has_had_its_turn(engine: AsyncEngine, cache: Cache, addon: Addon) -> None:
    """Another one asks before it would be time again, and what was done of it is said by nobody else."""
    dying, living = (Portal(engine, cache, addon, every=3600.0, turn=0.0) for _ in range(2))
    await dying.catch_up.addon_seen(f"cf_{SERIES}_1")
    addon.record(1)
    await feed.move(engine, SERIES, 0, datetime.now(UTC) - timedelta(hours=2))

    async def dies(event: Event) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await dying.catch_up.look(dies)
    assert await living.look() == [1]
    assert await dying.look() == []
    assert addon.asked == [0, 0]


async def test_it_goes_on_whatever_happens(portal: Portal, addon: Addon) -> None:
    """WHMCS down, the action not allowed any more, the database away: the next look asks again."""
    watching = asyncio.create_task(portal.catch_up.watch(portal.effect, every=0.01))

    async def until(figure: str, number: int) -> None:
        for _ in range(1000):
            if portal.catch_up.counters[figure] >= number:
                break
            await asyncio.sleep(0.01)

    addon.is_down = True
    await until("failed", 2)
    addon.is_down, addon.is_offered = False, False
    await asyncio.sleep(0.05)
    asked = len(addon.asked)
    addon.is_offered = True
    addon.record(1)
    await until("missed", 1)
    assert len(addon.asked) > asked
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_fast_machine_asks_for_nobody_else(postgres_url: str, cache: Cache, addon: Addon) -> None:
    """What it notes is not the others' future: when it dies, they need not wait until their clocks are as far."""
    give_schema(postgres_url)
    engine = make_engine(postgres_url)
    try:
        fast = Portal(engine, cache, addon, machine=lambda: utc_now() + timedelta(hours=2))
        right = Portal(engine, cache, addon)
        await fast.catch_up.addon_seen(f"cf_{SERIES}_1")
        await fast.look()
        addon.record(1)
        assert await right.look() == [1]
    finally:
        await engine.dispose()
