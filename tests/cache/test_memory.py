"""The memory store's bounds. What it decides is tested with every other promise of the cache."""

from typing import Any

import pytest

from counterfoil.cache.memory import MemoryStore
from counterfoil.cache.packing import pack_header
from counterfoil.cache.store import Bump, Lease
from tests.cache.fleet import ADA
from tests.loops import ON_THE_LOOP_OF_WORKERS

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> Any:
    return ON_THE_LOOP_OF_WORKERS


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def fill(store: MemoryStore, scope: str, name: str, value: bytes, lifetime: float = 90.0) -> None:
    await store.born(scope, "n" * 16)
    lease = Lease(scope, name, "n" * 16, "owner")
    await store.acquire(lease)
    assert (await store.fill(lease, value, lifetime)).kind == "ok"


async def found(store: MemoryStore, scope: str, *names: str) -> list[bool]:
    return [entry is not None for entry in (await store.look(scope, names, None)).entries]


async def test_it_holds_no_more_than_it_may() -> None:
    """Beyond its bytes the oldest go; what was stored last is there."""
    store = MemoryStore(now=Clock(), most_bytes=20_000)
    for number in range(100):
        await fill(store, f"c{number}", "invoices", b"x" * 1000)
        assert store._bytes <= 20_000
    assert await found(store, "c99", "invoices") == [True]
    assert await found(store, "c0", "invoices") == [False]


async def test_what_has_run_out_goes_first() -> None:
    clock = Clock()
    store = MemoryStore(now=clock, most_bytes=20_000)
    await fill(store, ADA, "long", b"x" * 1000)
    for number in range(14):
        await store.keep(ADA, f"short {number}", pack_header("n" * 16, 0, int(clock.now * 1000) + 1000), b"x" * 1000)
    clock.now += 1.5
    await store.put_session(ADA, "key", b"x" * 3000, 60)
    assert await found(store, ADA, "long", "short 1") == [True, False]


async def test_a_forgotten_generation_takes_its_entries_with_it() -> None:
    """F11: however the choice falls, an entry without its record counts for nobody, and a new record is settling."""
    store = MemoryStore(now=Clock(), most_bytes=20_000)
    await fill(store, ADA, "invoices", b"old")
    for number in range(100):
        await store.bump(f"c2{number}", Bump("m" * 16))
    assert (await store.look(ADA, ["invoices"], None)).record is None
    assert (await store.born(ADA, "o" * 16)).data == b"o" * 16 + b"0000"
    record = store._record(ADA)
    assert record is not None
    assert record.is_careful(store._ms())


async def test_what_is_larger_than_everything_is_not_held() -> None:
    store = MemoryStore(now=Clock(), most_bytes=20_000)
    await store.put_session(ADA, "key", b"x" * 30_000, 60)
    assert (store._values, store._bytes) == ({}, 0)
