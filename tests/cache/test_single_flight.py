"""One fetch for all who ask: who leads it, who joins it, what becomes of it when it is slow, fails, or nobody waits."""

import asyncio

import pytest

from counterfoil import errors
from tests.cache.fleet import ADA, Fleet, Whmcs, peeked, until, value

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "redis", "cluster"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_many_cold_readers_cost_one_call(fleet: Fleet, whmcs: Whmcs) -> None:
    """F8: 200 readers in 4 processes who find nothing make one call, and all get its value."""
    processes = [await fleet.process() for _ in range(4)]
    values = await asyncio.gather(*(value(processes[n % 4], whmcs.part()) for n in range(200)))
    assert set(values) == {b"v1"}
    assert whmcs.calls == 1


async def test_a_slow_fetch_does_not_overwrite_a_newer_one(fleet: Fleet, whmcs: Whmcs) -> None:
    """A fetch that has lost its lease is dropped when it ends at last: its reader gets the newer value."""
    slow, quick = await fleet.settled(), await fleet.process()
    whmcs.latency = 0.5
    late = asyncio.create_task(value(slow, whmcs.part()))
    await whmcs.arrived.wait()
    fleet.forget("l")
    whmcs.version, whmcs.latency = 2, 0.0
    assert await value(quick, whmcs.part()) == b"v2"
    assert await late == b"v2"
    assert await peeked(quick) == [b"v2"]
    assert slow.counters.fills_lost == 1


async def test_a_slow_fetch_does_not_take_the_place_of_one_under_way(fleet: Fleet, whmcs: Whmcs) -> None:
    """Its lease has passed to another process, which has not ended yet."""
    slow, other = await fleet.settled(), await fleet.process()
    whmcs.latency = 0.3
    late = asyncio.create_task(value(slow, whmcs.part()))
    await whmcs.arrived.wait()
    fleet.forget("l")
    whmcs.version, whmcs.latency = 2, 0.6
    assert await value(other, whmcs.part()) == b"v2"
    assert await late == b"v2"


async def test_a_lost_fetch_that_fails_leaves_the_lease_of_another(fleet: Fleet, whmcs: Whmcs) -> None:
    """F8: its failure is its own; who asks then still waits for the process that has the lease now."""
    slow, other, third = await fleet.settled(), await fleet.process(), await fleet.process()
    whmcs.latency = 0.3
    late = asyncio.create_task(value(slow, whmcs.part()))
    await whmcs.arrived.wait()
    fleet.forget("l")
    whmcs.latency, whmcs.fails_with = 0.9, errors.BillingUnavailable("500")
    now_first = asyncio.create_task(value(other, whmcs.part()))
    with pytest.raises(errors.BillingUnavailable):
        await late
    whmcs.fails_with = None
    assert await value(third, whmcs.part()) == await now_first == b"v1"
    assert whmcs.calls == 2


async def test_a_long_fetch_keeps_its_lease(fleet: Fleet, whmcs: Whmcs) -> None:
    """F8: a call that takes longer than a lease lasts is not made a second time."""
    first, second = await fleet.settled(), await fleet.process()
    whmcs.latency = 5.0
    assert await asyncio.gather(value(first, whmcs.part()), value(second, whmcs.part())) == [b"v1", b"v1"]
    assert whmcs.calls == 1


async def test_a_reader_who_leaves_does_not_cancel_the_others(fleet: Fleet, whmcs: Whmcs) -> None:
    """F8: the one who started the fetch disconnects; the rest get its value."""
    cache = await fleet.settled()
    leaving = asyncio.create_task(value(cache, whmcs.part()))
    staying = [asyncio.create_task(value(cache, whmcs.part())) for _ in range(9)]
    await whmcs.arrived.wait()
    leaving.cancel()
    assert set(await asyncio.gather(*staying)) == {b"v1"}
    assert whmcs.calls == 1


async def test_a_fetch_outlives_its_last_reader(fleet: Fleet, whmcs: Whmcs) -> None:
    """The call was made; its answer serves the next reader."""
    cache = await fleet.settled()
    leaving = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    leaving.cancel()
    await until(lambda: cache.counters.fills_stored == 1)
    assert await value(cache, whmcs.part()) == b"v1"
    assert whmcs.calls == 1


async def test_a_failure_is_shared(fleet: Fleet, whmcs: Whmcs) -> None:
    """F8: those who wait, in every process, and those who come within a second get the failure of one call."""
    first, second = await fleet.settled(), await fleet.process()
    whmcs.fails_with = errors.BillingUnavailable("down")
    readers = [value(cache, whmcs.part()) for cache in (first, second) for _ in range(5)]
    results = await asyncio.gather(*readers, return_exceptions=True)
    assert {type(result) for result in results} == {errors.BillingUnavailable}
    with pytest.raises(errors.BillingUnavailable):
        await value(second, whmcs.part())
    assert whmcs.calls == 1


async def test_a_failure_is_forgotten_after_a_second(fleet: Fleet, whmcs: Whmcs) -> None:
    """F13: no error is kept longer than that."""
    cache = await fleet.settled()
    whmcs.fails_with = errors.BillingUnavailable("down")
    with pytest.raises(errors.BillingUnavailable):
        await value(cache, whmcs.part())
    whmcs.fails_with = None
    await asyncio.sleep(1.05)
    assert await value(cache, whmcs.part()) == b"v1"


async def test_a_clear_ends_a_shared_failure(fleet: Fleet, whmcs: Whmcs) -> None:
    """Failures belong to a generation like values."""
    cache = await fleet.settled()
    whmcs.fails_with = errors.BillingUnavailable("down")
    with pytest.raises(errors.BillingUnavailable):
        await value(cache, whmcs.part())
    whmcs.fails_with = None
    await cache.clear(ADA)
    assert await value(cache, whmcs.part()) == b"v1"


@pytest.mark.parametrize("failure", [errors.InvoiceNotFound("3"), ZeroDivisionError("a bug"), TimeoutError("its own")])
async def test_a_refusal_or_a_bug_is_not_kept(fleet: Fleet, whmcs: Whmcs, failure: Exception) -> None:
    """It reaches those who wait; the next reader tries anew, at once."""
    cache = await fleet.settled()
    whmcs.fails_with = failure
    readers = (value(cache, whmcs.part()) for _ in range(3))
    assert await asyncio.gather(*readers, return_exceptions=True) == [failure] * 3
    whmcs.fails_with = None
    assert await value(cache, whmcs.part()) == b"v1"
    assert whmcs.calls == 2
