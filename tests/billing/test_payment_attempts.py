"""What is recorded of people who go to pay: one press, one link; the words go by the server's clock alone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from counterfoil.accounts.people import Identity, remember
from counterfoil.billing.payment_attempts import Attempt, Payer, PaymentAttempts, Stage
from counterfoil.db.engine import Engine, make_engine
from tests.databases import give_schema

pytestmark = pytest.mark.anyio

START = 1_795_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Book:
    """The record of two people who look at the same client."""

    def __init__(self, engine: Engine, ada: Payer, bob: Payer) -> None:
        self.clock = Clock()
        self.attempts = PaymentAttempts(engine, self.clock)
        self.ada, self.bob = ada, bob

    async def begun(self, *invoice_ids: int) -> Attempt:
        attempt = await self.attempts.begin(self.ada, invoice_ids)
        assert attempt is not None
        return attempt

    async def said(self) -> dict[int, Stage]:
        return dict((await self.attempts.stages(self.ada)).by_invoice)


@pytest.fixture(params=["sqlite", "postgres"])
async def book(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Book]:
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    give_schema(url)
    engine = make_engine(url)
    people = [await remember(engine, Identity("whmcs", name, f"{name}@example.com", name, 1), START) for name in "ab"]
    yield Book(engine, *(Payer(person.id, 1) for person in people))
    await engine.dispose()


async def test_of_many_presses_one_makes_a_link(book: Book) -> None:
    """At the same moment, while the link is being made, and a moment after."""
    presses = await asyncio.gather(*(book.attempts.begin(book.ada, [7]) for _ in range(6)))
    (attempt,) = filter(None, presses)
    book.clock.now += 20
    assert await book.attempts.begin(book.ada, [7]) is None, "WHMCS is slow"
    await book.attempts.opened(attempt)
    book.clock.now += 1.5
    assert await book.attempts.begin(book.ada, [7]) is None
    book.clock.now += 1
    assert await book.attempts.begin(book.ada, [7]) is not None, "the page offers to open it again"


async def test_others_pay_what_they_like(book: Book) -> None:
    """Another person, another client, another invoice."""
    await book.begun(7)
    for payer, invoice_id in ((book.bob, 7), (Payer(book.ada.account_id, 2), 7), (book.ada, 8)):
        assert await book.attempts.begin(payer, [invoice_id]) is not None


async def test_several_are_taken_together_or_not_at_all(book: Book) -> None:
    await book.begun(7)
    assert await book.attempts.begin(book.ada, [6, 7]) is None
    assert await book.said() == {7: Stage.WAITING}


async def test_the_words_go_by_what_is_recorded(book: Book) -> None:
    """Waiting until they come back, checking for five minutes, then unconfirmed, and in the end nothing."""
    assert await book.said() == {}
    attempt = await book.begun(7)
    await book.attempts.opened(attempt)
    book.clock.now += 100
    stages = await book.attempts.stages(book.ada)
    assert (dict(stages.by_invoice), stages.until) == ({7: Stage.WAITING}, START + 300)
    await book.attempts.returned(book.ada, 7)
    stages = await book.attempts.stages(book.ada)
    assert (dict(stages.by_invoice), stages.until) == ({7: Stage.CHECKING}, START + 400)
    book.clock.now += 299
    await book.attempts.returned(book.ada)
    assert await book.said() == {7: Stage.CHECKING}
    book.clock.now += 1
    assert await book.said() == {7: Stage.UNCONFIRMED}, "to come back twice is to come back once"
    book.clock.now += 600
    assert await book.said() == {}


async def test_who_never_comes_back_is_not_waited_for_for_ever(book: Book) -> None:
    await book.attempts.opened(await book.begun(7))
    book.clock.now += 300
    assert await book.said() == {7: Stage.UNCONFIRMED}
    await book.attempts.returned(book.ada, 7)
    assert await book.said() == {7: Stage.CHECKING}


async def test_what_failed_is_not_awaited(book: Book) -> None:
    """It is said for a while, and may be tried again at once."""
    attempt = await book.begun(7)
    await book.attempts.failed(attempt)
    await book.attempts.returned(book.ada)
    assert await book.said() == {7: Stage.FAILED}
    book.clock.now += 1
    assert await book.attempts.begin(book.ada, [7]) is not None
    await book.attempts.opened(attempt)
    book.clock.now += 61
    assert await book.said() == {}, "what becomes of an earlier press says nothing of a later one"


async def test_what_was_refused_leaves_nothing(book: Book) -> None:
    await book.attempts.forget(await book.begun(7))
    assert await book.said() == {}


async def test_what_a_dead_process_began_is_over_in_a_minute(book: Book) -> None:
    await book.begun(7)
    book.clock.now += 60
    assert await book.said() == {}
    assert await book.attempts.begin(book.ada, [7]) is not None


async def test_a_page_holds_no_longer_than_its_words(book: Book) -> None:
    """How the making of a link ends clears nothing, so the page that shows it is looked at again at once."""
    await book.begun(7)
    assert (await book.attempts.stages(book.ada)).until == START + 2


async def test_old_ones_are_swept(book: Book) -> None:
    await book.begun(7)
    assert await book.attempts.sweep() == 0
    book.clock.now += 100_000
    assert await book.attempts.sweep() == 1
