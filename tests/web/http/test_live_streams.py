"""Live pages: whoever looks at a client hears at once that something changed, on every process."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from counterfoil.cache import open_cache
from counterfoil.errors import RateLimited, TemporarilyUnavailable
from counterfoil.web.http.live_streams import BACKLOG, Capacity, LiveStreams, Stream
from tests.servers import RedisServer
from tests.stack import Stack, running_stack
from tests.web.streams import open_events


class Person:
    """Whoever opens a stream."""

    def __init__(self, account_id: int, client_id: int, *permissions: str) -> None:
        self.account_id, self.client_id, self.permissions = account_id, client_id, permissions

    def allows(self, permission: str) -> bool:
        return permission in self.permissions


ADA, BOB = Person(1, 1, "invoices"), Person(2, 2, "invoices")


@pytest.fixture
def two_workers(tmp_path: Path, redis_server: RedisServer) -> Iterator[Stack]:
    with running_stack(tmp_path, workers=2, cache_url=redis_server.url) as running:
        yield running


def test_a_change_reaches_every_open_page_of_the_client_and_nobody_else(two_workers: Stack) -> None:
    """Ten pages of Ada's on two processes hear of it once each, Bob's hears nothing."""
    with ExitStack() as opened:
        ada = opened.enter_context(two_workers.visitor("ada@example.com"))
        bob = opened.enter_context(two_workers.visitor("bob@example.com"))
        pages = [opened.enter_context(open_events(ada)) for _ in range(10)]
        bobs = opened.enter_context(open_events(bob))
        for page in [*pages, bobs]:
            page.next()
        two_workers.sandbox.control(
            "POST", "webhooks", {"type": "invoice.paid", "data": {"invoice_id": 1083, "client_id": 1}}
        )
        two_workers.sandbox.control(
            "POST", "webhooks", {"type": "invoice.paid", "data": {"invoice_id": 2002, "client_id": 2}}
        )
        heard = [page.next() for page in pages]
        assert {event.name for event in heard} == {"changed"}
        assert [json.loads(event.data) for event in heard] == [{"resource": "invoice", "id": 1083}] * 10
        assert json.loads(bobs.next().data) == {"resource": "invoice", "id": 2002}


def test_the_answer_is_not_held_back_or_kept_on_its_way(portal: Stack) -> None:
    with portal.visitor("ada@example.com") as ada, open_events(ada) as page:
        headers = page.response.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"
        assert page.next().id


def test_whoever_signs_out_hears_no_more(two_workers: Stack) -> None:
    """The stream ends, on whichever process it is; the other browser's goes on."""
    with ExitStack() as opened:
        here, there = (opened.enter_context(two_workers.visitor("ada@example.com")) for _ in range(2))
        pages = [opened.enter_context(open_events(here)) for _ in range(6)]
        other = opened.enter_context(open_events(there))
        for page in [*pages, other]:
            page.next()
        assert here.delete("/api/v1/session").status_code == 204
        assert all(page.ended() for page in pages)
        two_workers.sandbox.control("POST", "webhooks", {"type": "client.updated", "data": {"client_id": 1}})
        assert json.loads(other.next().data)["resource"] == "profile"


def test_a_server_that_stops_tells_every_stream(two_workers: Stack) -> None:
    """Within its time to stop: the browser comes back to whoever serves then."""
    with two_workers.visitor("ada@example.com") as ada, ExitStack() as opened:
        pages = [opened.enter_context(open_events(ada)) for _ in range(20)]
        for page in pages:
            page.next()
        assert two_workers.portal.stop(within=3) == 0
        assert all(page.ended() for page in pages)


def test_streams_are_for_people_who_are_signed_in(portal: Stack) -> None:
    with portal.visitor() as anybody:
        assert anybody.get("/api/v1/events").json()["code"] == "not_signed_in"


@pytest.mark.anyio
async def test_a_stream_ends_with_its_session() -> None:
    """And no other one does: whose sessions have ended by themselves, the database says."""
    live = LiveStreams(open_cache("memory://"))
    ended, other = live.open(ADA, "ended"), live.open(ADA, "other")
    assert live.sessions() == {"ended", "other"}
    live.end_session("ended")
    assert await ended.next() is None
    assert await other.next() is not None
    live.close(ended)
    live.close(other)
    assert live.sessions() == set()


@pytest.mark.anyio
async def test_a_reader_who_comes_back_hears_what_was_missed() -> None:
    """By Last-Event-ID; and where nobody knows what was missed, that everything may have changed."""
    cache = open_cache("memory://")
    live = LiveStreams(cache)
    live.start()
    first = live.open(ADA, "ada")
    await cache.publish("c1", b'{"resource":"invoice","id":1}')
    _greeting, seen = [await first.next() for _ in range(2)]
    live.close(first)
    await cache.publish("c1", b'{"resource":"invoice","id":2}')
    await cache.publish("c2", b'{"resource":"invoice","id":3}')
    assert seen is not None
    again = live.open(ADA, "ada", seen.split(b"\n")[0].removeprefix(b"id: ").decode())
    assert _data(_waiting(again)) == [{"resource": "invoice", "id": 2}]
    stranger = live.open(ADA, "ada", "another-7")
    assert {event["resource"] for event in _data(_waiting(stranger))} == {"invoice", "invoices", "payment_methods"}
    live.stop()


@pytest.mark.anyio
async def test_nobody_hears_of_what_they_may_not_see() -> None:
    """A user without the permission for invoices is not told that there are any."""
    cache = open_cache("memory://")
    live = LiveStreams(cache)
    live.start()
    chidi = live.open(Person(3, 1, "profile", "products"), "chidi")
    for resource in ("invoice", "payment_methods", "profile"):
        await cache.publish("c1", b'{"resource":"%s","id":null}' % resource.encode())
    assert [event["resource"] for event in _data(_waiting(chidi))] == ["profile"]
    live.stop()


@pytest.mark.anyio
async def test_streams_are_bounded() -> None:
    """One person cannot take them all (429), and all of them cannot take the process (503). A closed one makes room."""
    live = LiveStreams(open_cache("memory://"), capacity=Capacity(in_all=3, for_one_account=2))
    mine = [live.open(ADA, "ada") for _ in range(2)]
    with pytest.raises(RateLimited):
        live.open(ADA, "ada")
    live.open(BOB, "bob")
    with pytest.raises(TemporarilyUnavailable):
        live.open(BOB, "bob")
    live.close(mine[0])
    live.open(ADA, "ada")


@pytest.mark.anyio
async def test_a_reader_who_does_not_read_is_hung_up_on() -> None:
    """What waits for one slow page cannot grow; it comes back and reads everything again."""
    cache = open_cache("memory://")
    live = LiveStreams(cache)
    live.start()
    slow = live.open(ADA, "ada")
    for number in range(BACKLOG + 1):
        await cache.publish("c1", b'{"resource":"invoice","id":%d}' % number)
    assert await slow.next() is None
    live.stop()


@pytest.mark.anyio
async def test_silence_is_broken_by_a_heartbeat() -> None:
    """So that no proxy takes an open page for an idle connection."""
    live = LiveStreams(open_cache("memory://"), heartbeat=0.01)
    live.start()
    page = live.open(ADA, "ada")
    assert (await page.next() or b"").startswith(b"id: ")
    assert await page.next() == b":\n\n"
    live.stop()


def _waiting(stream: Stream) -> list[bytes]:
    waiting = []
    while not stream._chunks.empty():
        waiting.append(stream._chunks.get_nowait() or b"")
    return waiting


def _data(chunks: list[bytes]) -> list[dict[str, object]]:
    lines = [line for chunk in chunks for line in chunk.decode().splitlines()]
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
