"""An answer that is ready for the next time: used only when the store says the same again, and counted as any other."""

import asyncio
import gzip
from typing import Any

import msgspec
import pytest

from counterfoil.accounts.viewer import ClientAccess, Viewer
from counterfoil.cache import Cache, open_cache
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.memory import MemoryStore
from counterfoil.web.http.cached_response import COMPRESSED_FROM
from counterfoil.web.http.fast_path.ready_answer import LONGEST_SEEN
from tests.virtual import VirtualLoop
from tests.web.http.shop import Shop

PAGE = b"<p>" + b"invoice " * COMPRESSED_FROM


async def asked(shop: Shop, *more: tuple[bytes, bytes]) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http", "method": "GET", "path": shop.PATH, "query_string": b""}
    assert await shop.front.answers(scope | {"headers": [*shop.headers(), *more]}, send, 0.0)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.anyio
async def test_each_way_of_asking_has_its_own_answer(shop: Shop) -> None:
    """Compressed, as it is, and only the news that nothing changed: in any order, and again when all are ready."""
    await shop.sign_in("invoices")
    await shop.fill(PAGE, media_type="text/html")
    takes_gzip, etag = (b"accept-encoding", b"gzip"), (await asked(shop))[1][b"etag"]
    for _ in range(3):
        status, headers, body = await asked(shop, takes_gzip)
        assert (status, headers[b"content-encoding"], gzip.decompress(body)) == (200, b"gzip", PAGE)
        status, headers, body = await asked(shop)
        assert (status, b"content-encoding" in headers, body) == (200, False, PAGE)
        status, headers, body = await asked(shop, takes_gzip, (b"if-none-match", etag))
        assert (status, headers[b"etag"], body) == (304, etag, b"")


@pytest.mark.anyio
async def test_what_was_current_is_told_of_a_change(shop: Shop) -> None:
    """A browser that has the old page, and was told so with an answer that is ready, gets the new one."""
    await shop.sign_in("invoices")
    await shop.fill(b"one")
    known = (b"if-none-match", (await asked(shop))[1][b"etag"])
    assert [(await asked(shop, known))[0] for _ in range(2)] == [304, 304]
    await shop.cache.clear("c1")
    await shop.fill(b"two")
    assert (await asked(shop, known))[::2] == (200, b"two")


@pytest.mark.anyio
async def test_a_ready_answer_is_a_hit_and_has_an_id_of_its_own(shop: Shop) -> None:
    """In the counters, in the ages that the metrics have, and in the log, as the first one."""
    await shop.sign_in("invoices")
    await shop.fill(b"one")
    hits = shop.cache.counters.hits
    seen = [await asked(shop) for _ in range(60)]
    assert shop.cache.counters.hits == hits + 60
    assert "r" in shop.cache.ages.by_part
    ids = {headers[b"x-request-id"].decode() for _, headers, _ in seen}
    assert len(ids) == 60
    assert {served.request_id for served in shop.served} == ids
    assert {(each.account_id, each.client_id, each.status) for each in shop.served} == {(1, 1, 200)}


def test_a_ready_answer_ends_with_its_data() -> None:
    """What was fetched anew in the same generation is another answer, however alike; what a look found and is too old
    when it is judged is none, nor what it found before the cache was distrusted.
    """

    async def lives() -> None:
        now = asyncio.get_running_loop().time
        cache = Cache(MemoryStore(now=now), clock=StoreClock(now))
        await cache.start()
        shop = Shop(cache)
        await shop.sign_in("invoices")
        await shop.fill(b"one")
        first = [await asked(shop) for _ in range(2)]
        await asyncio.sleep(31)
        assert await shop.ask() is None
        await shop.fill(b"two")
        second = [await asked(shop) for _ in range(2)]
        assert [body for _, _, body in first + second] == [b"one", b"one", b"two", b"two"]
        assert len({headers[b"etag"] for _, headers, _ in first + second}) == 2
        ((request, seen),) = [(each, each.ready.seen) for each in shop.requests._remembered.values() if each.ready]
        found = await cache.look("c1", request.question.keys, shop.handle.key)
        assert found is not None
        raw = cache.repeats.entry(seen, found)
        assert raw is not None
        for other in (raw.swapcase(), raw + b"x", None):
            assert cache.repeats.entry(seen, msgspec.structs.replace(found, entries=[other])) is None
        cache._trust.is_given = False
        assert cache.repeats.entry(seen, found) is None
        cache._trust.is_given = True
        await asyncio.sleep(31)
        assert cache.repeats.entry(seen, found) is None
        await cache.close()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(lives())


@pytest.mark.anyio
async def test_a_long_session_is_not_remembered() -> None:
    """Somebody with hundreds of clients is answered as fast as may be, but nothing of them stays in memory."""
    shop = Shop(open_cache("memory://"))
    await shop.cache.start()
    clients = tuple(ClientAccess(number, "x" * 40, frozenset({"invoices"})) for number in range(1, LONGEST_SEEN // 40))
    viewer = Viewer(1, "ada@example.com", "Ada", 1, 1, clients, is_staff=False)
    await shop.put_session(viewer)
    await shop.fill(b"one")
    assert [await shop.ask(), await shop.ask()] == [b"one", b"one"]
    assert [request.ready for request in shop.requests._remembered.values()] == [None]
    await shop.sign_in("invoices")
    assert await shop.ask() == b"one"
    assert [request.ready is not None for request in shop.requests._remembered.values()] == [True]
    await shop.cache.close()
