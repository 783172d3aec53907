"""Who waits for a place at WHMCS waits his turn: nobody is kept by somebody who asks for much."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.concurrency import STRANGERS, ConcurrencyLimit
from counterfoil.whmcs.failures import Failure
from tests.virtual import VirtualLoop
from tests.whmcs import scripted
from tests.whmcs.conftest import MakeClient
from tests.whmcs.scripted import OK, Scripted, says, until

GREEDY, MODEST = 7, 1


class _Call:
    """`ahead`: how many calls of the same client waited when it came; `passed`: who has been given a place since."""

    def __init__(self, whose: int, ahead: int, *, is_stranger: bool) -> None:
        self.who, self.is_stranger, self.ahead = (whose, is_stranger), is_stranger, ahead
        self.passed = Counter[tuple[int, bool]]()
        self.end = asyncio.Event()


class _World:
    """A limit, those who come to it, and what is true of it at every moment."""

    def __init__(self, places: int) -> None:
        self.places, self.share = places, max(1, places // STRANGERS)
        self.limit = ConcurrencyLimit(places, asyncio.get_running_loop().time)
        self.waiting: list[_Call] = []
        self.inside: list[_Call] = []
        self.tasks: dict[_Call, asyncio.Task[None]] = {}

    @property
    def _strangers(self) -> int:
        return sum(each.is_stranger for each in self.inside)

    async def come(self, whose: int, *, is_stranger: bool) -> None:
        ahead = sum(each.who == (whose, is_stranger) for each in self.waiting)
        call = _Call(whose, ahead, is_stranger=is_stranger)
        self.waiting.append(call)
        self.tasks[call] = asyncio.create_task(self._visit(call))
        await self._settle()

    async def _visit(self, call: _Call) -> None:
        try:
            async with self.limit.place(1e9, call.who[0], from_stranger=call.is_stranger) as place:
                self._entered(call)
                place.work = asyncio.create_task(self._work(call))
                await asyncio.shield(place.work)
        finally:
            if call in self.waiting:
                self.waiting.remove(call)

    async def _work(self, call: _Call) -> None:
        await call.end.wait()
        self.inside.remove(call)

    def _entered(self, call: _Call) -> None:
        assert next(each for each in self.waiting if each.who == call.who) is call, "one client's are served in order"
        self.waiting.remove(call)
        assert max(call.passed.values(), default=0) <= call.ahead + 1, "somebody had two turns in one round"
        for each in self.waiting:
            # Strangers who have their share already are passed by customers, as it is meant.
            if each.who != call.who and (not each.is_stranger or self._strangers < self.share):
                each.passed[call.who] += 1
        self.inside.append(call)

    async def end(self, number: int) -> None:
        if self.inside:
            self.inside[number % len(self.inside)].end.set()
            await self._settle()

    async def cancel(self, number: int, *, with_end: bool) -> None:
        """`with_end`: just after somebody else's call has ended, so that it may be he to whom its place was given."""
        if with_end and self.inside:
            self.inside[0].end.set()
            await asyncio.sleep(0)
        if self.waiting:
            self.tasks[self.waiting[number % len(self.waiting)]].cancel()
        await self._settle()

    async def leave(self, number: int) -> None:
        """Whoever has a place goes away; what he wanted is still worked on."""
        if self.inside:
            self.tasks[self.inside[number % len(self.inside)]].cancel()
            await self._settle()

    async def all_end(self) -> None:
        while self.inside:
            await self.end(0)
        results = await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        assert [each for each in results if isinstance(each, Exception)] == []
        assert (self.waiting, self.limit.in_flight, self.limit.queued) == ([], 0, 0)

    async def _settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)
        assert len(self.inside) == self.limit.in_flight <= self.places
        assert self._strangers <= self.share
        assert self.limit.queued == len(self.waiting)
        if len(self.inside) < self.places and self.waiting:
            assert self._strangers == self.share, "a place is free and somebody waits"
            assert all(each.is_stranger for each in self.waiting), "a place is free and a customer waits"


_numbers = st.integers(0, 20)
_steps = st.one_of(
    st.tuples(st.just("come"), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("come"), st.just(GREEDY), st.just(value=False)),
    st.tuples(st.just("end"), _numbers, st.just(value=False)),
    st.tuples(st.just("cancel"), _numbers, st.booleans()),
    st.tuples(st.just("leave"), _numbers, st.just(value=False)),
)


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 6), st.lists(_steps, max_size=60))
def test_nobody_has_two_turns_while_another_waits_for_one(places: int, steps: list[tuple[str, int, bool]]) -> None:
    """Whoever comes, ends and leaves in whatever order: whom n calls of his own are ahead of sees each other client
    pass n + 1 times at most; places are never too many, never idle, and none is lost.
    """

    async def live() -> None:
        world = _World(places)
        for step, number, flag in steps:
            if step == "come":
                await world.come(number, is_stranger=flag)
            elif step == "end":
                await world.end(number)
            elif step == "leave":
                await world.leave(number)
            else:
                await world.cancel(number, with_end=flag)
        await world.all_end()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(live())


@pytest.mark.anyio
async def test_one_customer_who_asks_for_much_keeps_only_himself(whmcs: Scripted, make_client: MakeClient) -> None:
    """He has so much waiting that he is told so; another customer's call is the next but those under way."""
    client = make_client(max_concurrency=2, timeout=3.0)
    whmcs.default = scripted.after(0.3, says(OK))
    await client.call("GetClientsDetails", {"clientid": GREEDY})
    many = [asyncio.create_task(client.call("GetInvoice", {"invoiceid": id_}, whose=GREEDY)) for id_ in range(60)]
    await until(lambda: len(whmcs.calls) == 3)
    for params in ({"userid": GREEDY}, {"clientid": GREEDY}, {"client_id": GREEDY, "user_id": MODEST}):
        with pytest.raises(BillingUnavailable) as refused:
            await client.call("GetSomething", params)
        assert refused.value.args[1] == "queue_full"
    before = len(whmcs.calls)
    assert await client.call("GetInvoices", {"userid": MODEST}) == OK
    assert "GetInvoices" in whmcs.actions[before : before + 3]
    for task in many:
        task.cancel()
    await asyncio.gather(*many, return_exceptions=True)


@pytest.mark.anyio
async def test_who_is_nobody_in_particular_has_a_turn_of_his_own() -> None:
    """What all share, such as the gateways, does not wait behind other calls that name no client."""
    limit = ConcurrencyLimit(1, asyncio.get_running_loop().time)
    order: list[str] = []

    async def come(name: str, whose: int | None) -> None:
        async with limit.place(60, whose):
            order.append(name)
            await asyncio.sleep(0)

    async with limit.place(60):
        comers = [("a1", GREEDY), ("a2", GREEDY), ("n1", None), ("n2", None), ("b1", MODEST), ("a3", GREEDY)]
        tasks = [asyncio.create_task(come(*each)) for each in comers]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == ["a1", "n1", "n2", "b1", "a2", "a3"]


@pytest.mark.anyio
async def test_what_waits_of_others_counts_only_as_far_as_it_is_served_before() -> None:
    """A crowd of one customer's calls is a wait for him, and none to speak of for the next."""
    now = 0.0
    limit = ConcurrencyLimit(1, lambda: now)
    async with limit.place(60, GREEDY):
        now += 1.0
    async with limit.place(60, GREEDY):
        crowd = [asyncio.create_task(limit.place(60, GREEDY).__aenter__()) for _ in range(9)]
        await asyncio.sleep(0)
        assert limit.expected_wait(GREEDY) == 10
        assert limit.expected_wait(MODEST) == 2
        with pytest.raises(Failure):
            await limit.place(5, GREEDY).__aenter__()
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
