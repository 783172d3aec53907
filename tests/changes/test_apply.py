"""Applying an event: on record, cleared, told once, and again when it comes again too early to be sure."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from counterfoil.cache import Cache, CacheUnavailable
from counterfoil.changes.apply import REPEATED, EventApplier
from counterfoil.changes.clearing import Clearing
from counterfoil.db.engine import Engine, transaction
from counterfoil.db.tables import webhook_event
from counterfoil.whmcs.webhooks import Event
from tests.changes.test_clearing import Whmcs

pytestmark = pytest.mark.anyio

PAID = Event("msg_1", "invoice.paid", "", {"invoice_id": 7, "client_id": 1})


class Users:
    """Takes down which users are forgotten."""

    def __init__(self) -> None:
        self.forgotten: list[int] = []
        self.clients_gone: list[int] = []
        self.heard_first: list[bool] = []
        self.signed_out: list[int] = []

    async def user(self, user_id: int, *, is_first: bool) -> None:
        self.forgotten.append(user_id)
        self.heard_first.append(is_first)

    async def sign_out(self, user_id: int) -> None:
        self.signed_out.append(user_id)

    async def clients(self, client_ids: Iterable[int]) -> None:
        self.clients_gone.extend(client_ids)


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
async def heard(cache: Cache) -> list[str]:
    """The topics of what open pages were told."""
    heard: list[str] = []
    cache.listen(lambda topic, message: heard.append(topic))
    return heard


@pytest.fixture
def applier(engine: Engine, cache: Cache, users: Users) -> EventApplier:
    return EventApplier(engine, Clearing(cache, Whmcs()), users)


async def clears(cache: Cache, what: Callable[[], Any]) -> int:
    before = cache.counters.clears
    await what()
    return cache.counters.clears - before


async def test_an_event_is_on_record_with_what_it_cleared(applier: EventApplier, engine: Engine) -> None:
    await applier.apply_and_mark(PAID)
    async with transaction(engine) as connection:
        row = (await connection.execute(select(webhook_event))).one()
    assert (row.id, row.type, row.client_id, row.effect) == ("msg_1", "invoice.paid", 1, "c1")
    assert row.applied_at is not None


def happened(event: Event, at: datetime) -> Event:
    return msgspec.structs.replace(event, timestamp=at.isoformat())


async def held_long_ago(engine: Engine) -> None:
    async with transaction(engine) as connection:
        await connection.execute(update(webhook_event).values(applied_at=datetime.now(UTC) - timedelta(hours=1)))


async def test_a_number_that_is_given_a_second_time_counts(
    applier: EventApplier, engine: Engine, cache: Cache, heard: list[str]
) -> None:
    """WHMCS's database was restored from a backup: the ids that follow name other events, and are on record as such."""
    await applier.apply_and_mark(happened(PAID, datetime.now(UTC) - timedelta(hours=2)))
    await held_long_ago(engine)
    other = Event("msg_1", "invoice.created", datetime.now(UTC).isoformat(), {"invoice_id": 9, "client_id": 4})
    assert await clears(cache, lambda: applier.apply_and_mark(other)) == 1
    assert heard == ["c1", "c4"]
    async with transaction(engine) as connection:
        row = (await connection.execute(select(webhook_event))).one()
    assert (row.type, row.client_id, row.invoice_id, row.effect) == ("invoice.created", 4, 9, "c4")
    assert row.applied_at > datetime.now(UTC) - timedelta(minutes=10)


@pytest.mark.parametrize("said", ["", "yesterday", "2026-01-01T00:00:00", "2999-01-01T00:00:00Z"])
async def test_a_repetition_that_tells_no_time_is_one(
    applier: EventApplier, engine: Engine, cache: Cache, said: str
) -> None:
    """So is one whose time cannot be."""
    event = msgspec.structs.replace(PAID, timestamp=said)
    await applier.apply_and_mark(event)
    await held_long_ago(engine)
    assert await clears(cache, lambda: applier.apply_and_mark(event)) == 0


async def test_a_late_repetition_is_one(applier: EventApplier, engine: Engine, cache: Cache) -> None:
    """However late a sender repeats itself: the event happened before it was applied."""
    event = happened(PAID, datetime.now(UTC) - timedelta(hours=2))
    await applier.apply_and_mark(event)
    await held_long_ago(engine)
    assert await clears(cache, lambda: applier.apply_and_mark(event)) == 0


async def test_what_may_have_come_too_early_clears_again(applier: EventApplier, cache: Cache, heard: list[str]) -> None:
    """WHMCS's hooks run before it commits: the same message a second later counts, but pages are told once."""
    await applier.apply_and_mark(PAID)
    assert await clears(cache, lambda: applier.apply_and_mark(PAID)) == 1
    assert heard == ["c1"]


async def test_what_has_held_for_long_does_nothing(applier: EventApplier, engine: Engine, cache: Cache) -> None:
    """A sender that repeats itself for hours costs no reads."""
    await applier.apply_and_mark(PAID)
    long_ago = datetime.now(UTC) - REPEATED - timedelta(seconds=1)
    async with transaction(engine) as connection:
        await connection.execute(update(webhook_event).values(applied_at=long_ago))
    assert await clears(cache, lambda: applier.apply_and_mark(PAID)) == 0
    assert await applier.apply(PAID) is None


async def test_a_user_that_changed_is_forgotten(applier: EventApplier, users: Users) -> None:
    """Nobody's billing data changed with it."""
    await applier.apply(Event("msg_2", "user.updated", "", {"user_id": 3}))
    await applier.apply(PAID)
    assert users.forgotten == [3]


async def test_a_user_is_doubted_once(applier: EventApplier, users: Users) -> None:
    """Whatever is delivered twice says once that the user changed; another password signs out."""
    for _ in range(2):
        await applier.apply_and_mark(Event("msg_2", "user.updated", "", {"user_id": 3}))
    assert users.heard_first == [True, False]
    await applier.apply(Event("msg_3", "user.password_changed", "", {"user_id": 3}))
    assert users.signed_out == [3]


async def test_what_could_not_be_cleared_counts_as_not_applied(engine: Engine, users: Users) -> None:
    """The next delivery does what the first could not, and tells the pages."""

    class Away:
        def __init__(self) -> None:
            self.tries = 0

        async def clear(self, *scopes: str) -> None:
            self.tries += 1
            raise CacheUnavailable("away")

    away: Any = Away()
    applier = EventApplier(engine, Clearing(away, Whmcs()), users)
    for _ in range(2):
        with pytest.raises(CacheUnavailable):
            await applier.apply(PAID)
    assert away.tries == 2


async def test_whoever_sees_a_client_that_is_gone_is_asked_about_again(applier: EventApplier, users: Users) -> None:
    """Closed, deleted or merged: also the one that it was merged into, which more people see now. Otherwise not."""
    for number, (kind, data) in enumerate(
        [
            ("client.closed", {"client_id": 1}),
            ("client.deleted", {"client_id": 2}),
            ("client.merged", {"client_id": 3, "merged_client_id": 4}),
            ("client.updated", {"client_id": 5}),
        ]
    ):
        await applier.apply(Event(f"msg_{number}", kind, "", data))
    assert users.clients_gone == [1, 2, 3, 4]
