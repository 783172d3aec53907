"""The times in which WHMCS may still change its mind: settling, hand-offs, writes under way."""

import asyncio
import contextlib
import sys

import pytest

from counterfoil import errors
from counterfoil.cache import Cache
from counterfoil.cache.rules import PROBATION
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, peeked, value
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio


async def lasts(cache: Cache, whmcs: Whmcs) -> float:
    """How long what is fetched now counts."""
    entry = (await cache.read(ADA, [whmcs.part()], within=WITHIN)).entries[0]
    return round(entry.expires_at - entry.as_of, 3)


async def test_an_early_webhook(fleet: Fleet, whmcs: Whmcs) -> None:
    """F3: a change that becomes visible after its webhook is shown once the probation of the old value is over."""
    cache, other = await fleet.settled(), await fleet.process()
    await other.clear(ADA)
    assert await value(cache, whmcs.part()) == b"v1"
    whmcs.version = 2
    await asyncio.sleep(PROBATION)
    assert await peeked(cache) == [None]
    assert await value(cache, whmcs.part()) == b"v2"


async def test_a_settled_client_is_kept_for_its_lifetime(fleet: Fleet, whmcs: Whmcs) -> None:
    assert await lasts(await fleet.settled(), whmcs) == 90


async def test_a_record_is_born_settling(fleet: Fleet, whmcs: Whmcs) -> None:
    """F11: a settle window is not lost with the record that held it."""
    cache = await fleet.settled()
    fleet.forget("g")
    assert await lasts(cache, whmcs) == PROBATION


async def test_a_reader_does_not_take_a_value_whose_probation_ended_before_they_came(
    fleet: Fleet, whmcs: Whmcs
) -> None:
    """F3, with a slow WHMCS: who joins a call late does not get what it read long ago."""
    cache = await fleet.process()
    await cache.clear(ADA)
    whmcs.latency = 2.6
    early = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    whmcs.version = 2
    await asyncio.sleep(PROBATION + 0.3)
    whmcs.latency = 0.01
    assert await value(cache, whmcs.part()) == b"v2"
    assert await early == b"v1"


async def test_a_hand_off_keeps_the_client_hot(fleet: Fleet, whmcs: Whmcs) -> None:
    """F6: from the redirect to WHMCS on, values count 2 s; a webhook in between changes nothing of that."""
    cache, other = await fleet.process(), await fleet.process()
    await cache.clear(ADA, hot_for=900.0)
    await other.clear(ADA)
    await fleet.settle()
    assert await lasts(other, whmcs) == PROBATION


async def test_a_hand_off_outlives_its_record(fleet: Fleet, whmcs: Whmcs) -> None:
    """F11: the process that opened a window puts it back before the new record has settled."""
    cache, other = await fleet.process(), await fleet.process()
    await cache.clear(ADA, hot_for=900.0)
    fleet.forget("g")
    await value(other, whmcs.part())
    await asyncio.sleep(2.3)
    await fleet.settle()
    assert await lasts(other, whmcs) == PROBATION


async def test_a_hand_off_outlives_who_opened_it(fleet: Fleet, whmcs: Whmcs) -> None:
    """F6: neither the end of that process nor a webhook after it shortens the window."""
    cache, other = await fleet.process(), await fleet.process()
    await cache.clear(ADA, hot_for=900.0)
    await cache.close()
    await other.clear(ADA)
    await fleet.settle()
    assert await lasts(other, whmcs) == PROBATION


async def test_a_hot_window_ends(fleet: Fleet, whmcs: Whmcs) -> None:
    cache = await fleet.process()
    await cache.clear(ADA, hot_for=0.5)
    await asyncio.sleep(0.6)
    await fleet.settle()
    assert await lasts(cache, whmcs) == 90


async def test_an_own_write_is_shown_everywhere(fleet: Fleet, whmcs: Whmcs) -> None:
    """F4: after the block every read shows it, whatever was fetched before or meanwhile."""
    cache, other = await fleet.settled(), await fleet.process()
    await value(other, whmcs.part())
    async with cache.writing(ADA):
        assert await value(other, whmcs.part()) == b"v1"
        whmcs.version = 2
    assert await value(other, whmcs.part()) == b"v2"
    await fleet.settle()
    fleet.forget("e")
    assert await lasts(other, whmcs) == 90


async def test_values_are_on_probation_while_a_write_is_under_way(fleet: Fleet, whmcs: Whmcs) -> None:
    cache, other = await fleet.process(), await fleet.process()
    async with cache.writing(ADA):
        await fleet.settle()
        assert await lasts(other, whmcs) == PROBATION


@pytest.mark.parametrize("failure", [errors.BillingUnavailable("timed out"), ZeroDivisionError(), None])
async def test_an_unknown_write_leaves_its_intent(fleet: Fleet, whmcs: Whmcs, failure: Exception | None) -> None:
    """F5: WHMCS may apply it later; till then no value counts long."""
    cache, other = await fleet.process(), await fleet.process()
    with contextlib.suppress(errors.Unavailable, ZeroDivisionError):
        async with cache.writing(ADA) as write:
            if failure is not None:
                raise failure
            write.unknown()
    assert cache.counters.writes_unknown == 1
    await fleet.settle()
    assert await lasts(other, whmcs) == PROBATION


async def test_a_refused_write_closes_its_intent(fleet: Fleet, whmcs: Whmcs) -> None:
    """WHMCS said no: there is nothing to wait for."""
    cache = await fleet.process()
    with pytest.raises(errors.ProfileConflict):
        async with cache.writing(ADA):
            raise errors.ProfileConflict
    await fleet.settle()
    assert await lasts(cache, whmcs) == 90


async def test_one_writer_does_not_close_the_intent_of_another(fleet: Fleet, whmcs: Whmcs) -> None:
    cache, other = await fleet.process(), await fleet.process()
    async with cache.writing(ADA):
        async with other.writing(ADA):
            pass
        await fleet.settle()
        assert await lasts(other, whmcs) == PROBATION


async def test_a_writer_does_not_close_the_intent_of_a_dead_one(fleet: Fleet, whmcs: Whmcs) -> None:
    """F5: nobody is left who could open it again."""
    cache, other = await fleet.process(), await fleet.process()
    write = cache.writing(ADA)  # Named, or the collector would end it.
    await write.__aenter__()
    await cache.close()
    async with other.writing(ADA):
        pass
    await fleet.settle()
    assert await lasts(other, whmcs) == PROBATION


async def test_a_cancelled_write_is_unknown(fleet: Fleet, whmcs: Whmcs) -> None:
    cache = await fleet.process()
    entered = asyncio.Event()

    async def write() -> None:
        async with cache.writing(ADA):
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert cache.counters.writes_unknown == 1
    await fleet.settle()
    assert await lasts(cache, whmcs) == PROBATION


async def test_a_write_that_nobody_ends(fleet: Fleet, whmcs: Whmcs) -> None:
    """F5: the intent holds by itself, without the process that opened it."""
    cache, other = await fleet.settled(), await fleet.process()
    write = cache.writing(ADA)  # Named, or the collector would end it.
    await write.__aenter__()
    await cache.close()
    await fleet.settle()
    assert await lasts(other, whmcs) == PROBATION


_WRITER = """
import asyncio, sys
from counterfoil.cache import open_cache
async def main():
    cache = open_cache(sys.argv[1])
    await cache.start()
    async with cache.writing("c1"):
        print("writing", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["redis"])
async def test_a_process_killed_inside_a_write(fleet: Fleet, whmcs: Whmcs, redis_server: RedisServer) -> None:
    """F5: nobody closes the intent of a dead process; what it may have sent is shown when it lands."""
    command = [sys.executable, "-c", _WRITER, redis_server.url]
    writer = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert writer.stdout is not None
    assert await writer.stdout.readline() == b"writing\n"
    writer.kill()
    await writer.wait()
    cache = await fleet.process()
    await fleet.settle()
    assert await value(cache, whmcs.part()) == b"v1"
    whmcs.version = 2
    await asyncio.sleep(PROBATION)
    assert await value(cache, whmcs.part()) == b"v2"
