"""How many calls are with WHMCS at a time, who waits, who is turned away, and what cancellations leave behind."""

import asyncio
import time

import pytest

from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.concurrency import ConcurrencyLimit
from counterfoil.whmcs.failures import Failure
from tests.whmcs import scripted
from tests.whmcs.conftest import MakeClient
from tests.whmcs.scripted import OK, Scripted, says, until

pytestmark = pytest.mark.anyio


async def test_no_more_calls_than_allowed_at_a_time(whmcs: Scripted, make_client: MakeClient) -> None:
    """Forty callers, three places: WHMCS never sees more than three, and all are served."""
    whmcs.default = scripted.after(0.02, says(OK))
    client = make_client(max_concurrency=3)
    assert await asyncio.gather(*(client.call("GetX") for _ in range(40))) == [OK] * 40
    assert (whmcs.most_at_once, whmcs.connections) == (3, 3)


async def test_sequential_calls_share_one_connection(whmcs: Scripted, client: WhmcsClient) -> None:
    """300 calls, one after the other, open one connection."""
    for _ in range(300):
        await client.call("GetX")
    assert (len(whmcs.calls), whmcs.connections) == (300, 1)


async def test_after_a_storm_of_cancellations_calls_are_served(whmcs: Scripted, make_client: MakeClient) -> None:
    """Callers that leave at every moment of a call take neither places nor connections with them. WHMCS works on for
    them, and has no more to do at once than at other times.
    """
    client = make_client(max_concurrency=8)
    whmcs.default = scripted.after(0.02, says(OK))
    for delay in (0, 0.001, 0.003, 0.005, 0.01, 0.019, 0.02, 0.022, 0.03):
        storm = [asyncio.create_task(client.call("GetX")) for _ in range(40)]
        await asyncio.sleep(delay)
        for task in storm:
            task.cancel()
        await asyncio.gather(*storm, return_exceptions=True)
    assert (client.health.queued, client.health.breaker) == (0, "closed")
    assert await asyncio.gather(*(client.call("GetX") for _ in range(40))) == [OK] * 40
    assert client.health.in_flight == 0
    assert (whmcs.most_at_once, whmcs.connections) == (8, 8)


async def test_who_would_wait_too_long_is_turned_away_at_once(whmcs: Scripted, make_client: MakeClient) -> None:
    """When the queue is longer than the time limit, a new caller is told now and not after the limit."""
    client = make_client(max_concurrency=1, timeout=3.0)
    whmcs.default = scripted.after(0.6, says(OK))
    await client.call("GetX")
    whmcs.default = scripted.hangs
    crowd = [asyncio.create_task(client.call("GetX")) for _ in range(8)]
    await until(lambda: len(whmcs.calls) == 2)
    with pytest.raises(BillingUnavailable) as refused:
        await client.call("GetX")
    assert refused.value.args[1] == "queue_full"
    assert not crowd[0].done()
    assert client.health.queued < 7
    for task in crowd:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    assert (client.health.in_flight, client.health.queued, client.health.breaker) == (1, 0, "closed")
    await until(lambda: client.health.in_flight == 0)


async def test_who_waits_in_vain_was_not_let_down_by_whmcs(whmcs: Scripted, make_client: MakeClient) -> None:
    """A caller whose time ends in the queue never reached WHMCS: that is said, and counts for no outage."""
    client = make_client(max_concurrency=1, timeout=0.5)
    whmcs.default = scripted.hangs
    results = await asyncio.gather(*(client.call("GetX") for _ in range(9)), return_exceptions=True)
    reasons = [result.args[1] for result in results if isinstance(result, BillingUnavailable)]
    assert reasons == ["timeout"] + ["queue_full"] * 8
    assert client.health.breaker == "closed"


async def test_who_got_a_place_too_late_was_not_let_down_by_whmcs(whmcs: Scripted, make_client: MakeClient) -> None:
    """What would end too late is not begun: WHMCS would do it for nobody."""
    client = make_client(max_concurrency=1, timeout=1.5)
    whmcs.script.append(scripted.after(1.1, says(OK)))
    whmcs.default = scripted.hangs
    first = asyncio.create_task(client.call("GetX"))
    with pytest.raises(BillingUnavailable) as late:
        await asyncio.gather(first, client.call("GetX"))
    assert first.result() == OK
    assert late.value.args[1] == "queue_full"
    assert len(whmcs.calls) == 1


async def test_what_is_given_up_is_with_whmcs_until_it_answers(whmcs: Scripted, make_client: MakeClient) -> None:
    """Whoever went away has left the place behind: the next call is sent when WHMCS is done with his."""
    client = make_client(max_concurrency=1, timeout=30)
    answers = asyncio.Event()
    whmcs.script.append(scripted.once(answers, says(OK)))
    gone = asyncio.create_task(client.call("GetX"))
    await until(lambda: whmcs.calls)
    gone.cancel()
    stays = asyncio.create_task(client.call("GetX"))
    await asyncio.sleep(0.1)
    assert (len(whmcs.calls), client.health.in_flight, client.health.queued) == (1, 1, 1)
    answers.set()
    assert await stays == OK
    assert (whmcs.most_at_once, whmcs.connections) == (1, 1)


async def test_what_is_given_up_is_not_waited_for_for_ever(whmcs: Scripted, make_client: MakeClient) -> None:
    """A WHMCS that never answers has it for as long as a call may take."""
    client = make_client(max_concurrency=1, timeout=0.5)
    whmcs.script.append(scripted.hangs)
    gone = asyncio.create_task(client.call("GetX"))
    await until(lambda: whmcs.calls)
    gone.cancel()
    await until(lambda: client.health.in_flight == 0)
    assert await client.call("GetX") == OK


async def test_a_queue_behind_hanging_calls_is_seen_as_slow() -> None:
    """Calls that have not ended count with their age, or a WHMCS that hangs would seem as fast as before."""
    now = 0.0
    limit = ConcurrencyLimit(1, lambda: now)
    async with limit.place(1):
        now += 0.01
    async with limit.place(1):
        assert limit.expected_wait() < 0.1
        now += 30
        assert limit.expected_wait() == 30
        with pytest.raises(Failure):
            await limit.place(10).__aenter__()


async def test_places_are_given_in_order() -> None:
    """First come, first served."""
    limit = ConcurrencyLimit(2, time.monotonic)
    order: list[int] = []

    async def visit(number: int) -> None:
        async with limit.place(10):
            order.append(number)
            await asyncio.sleep(0.001)

    await asyncio.gather(*(visit(number) for number in range(20)))
    assert order == list(range(20))


async def test_a_place_given_to_someone_leaving_goes_to_the_next() -> None:
    """The moment between being called up and walking in is not lost when the caller is cancelled in it."""
    limit = ConcurrencyLimit(1, time.monotonic)
    entered: list[str] = []

    async def visit(name: str) -> None:
        async with limit.place(10):
            entered.append(name)

    async with limit.place(10):
        first, second = asyncio.create_task(visit("first")), asyncio.create_task(visit("second"))
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert entered == ["second"]
    assert (limit.in_flight, limit.queued) == (0, 0)
    async with limit.place(10):
        assert limit.in_flight == 1


@pytest.mark.parametrize(("places", "share"), [(8, 2), (4, 1), (3, 1)])
async def test_strangers_have_a_quarter_of_the_places(
    whmcs: Scripted, make_client: MakeClient, places: int, share: int
) -> None:
    """A hundred guesses are under way, at a WHMCS that takes its time with them: a customer's call is not kept."""
    client = make_client(max_concurrency=places, timeout=5)
    answers = asyncio.Event()
    whmcs.default = scripted.once(answers, says(OK))
    guesses = [asyncio.create_task(client.call("ValidateLogin", from_stranger=True)) for _ in range(100)]
    await until(lambda: len(whmcs.calls) == client.health.in_flight == share)
    whmcs.default = says(OK)
    assert await asyncio.gather(*(client.call("GetX") for _ in range(20))) == [OK] * 20
    assert client.health.in_flight == share
    for guess in guesses:
        guess.cancel()
    await asyncio.gather(*guesses, return_exceptions=True)
    assert (client.health.in_flight, client.health.queued) == (share, 0), "WHMCS works on for nobody"
    answers.set()
    assert await client.call("ValidateLogin", from_stranger=True) == OK


async def test_strangers_get_their_turn() -> None:
    """They stand in the same queue: customers do not pass those who came before."""
    limit, order = ConcurrencyLimit(1, time.monotonic), []

    async def come(name: str, *, from_stranger: bool) -> None:
        async with limit.place(10, from_stranger=from_stranger):
            order.append(name)
            await asyncio.sleep(0)

    async with limit.place(10):
        tasks = [
            asyncio.create_task(come(name, from_stranger=name[0] == "s")) for name in ("c1", "s1", "c2", "s2", "s3")
        ]
        await asyncio.sleep(0.01)
        assert limit.queued == 5
        tasks[3].cancel()
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["c1", "s1", "c2", "s3"]
    assert (limit.in_flight, limit.queued) == (0, 0)
