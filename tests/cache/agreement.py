"""The memory store and the scripts in a real Redis, side by side: every operation the same answer, the same keys left.

The scripts are given the time of the test. Redis itself forgets nothing here: what has run out on that time is deleted
by the test, after it has compared for how long Redis was asked to keep it.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from unittest.mock import patch

import redis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from counterfoil.cache import redis_store
from counterfoil.cache.memory import MemoryStore
from counterfoil.cache.packing import pack_header, unpack_record
from counterfoil.cache.redis_store import RedisStore
from counterfoil.cache.store import Answer, Bump, Found, Lease
from counterfoil.redis.address import parse_address
from counterfoil.redis.script import Script

SLOWER = 1000
"""Redis keeps everything that much longer than it was asked to, so that it forgets nothing while a busy machine stands
still between two steps.
"""

FOREVER = 10**14
TOLERANCE = 100

scopes = st.sampled_from(["c1", "c2"])
names = st.sampled_from(["list", "page"])
nonces = st.sampled_from([f"nonce-{number:010d}" for number in range(3)])
owners = st.sampled_from(["one", "two"])
intents = st.sampled_from(["", "", "write-1", "write-2"])
lasting = st.sampled_from([0.0, 0.0, 1.5, 30.0])
lifetimes = st.sampled_from([0.5, 3.0, 90.0])
leases = st.builds(Lease, scopes, names, nonces, owners, st.just(1_799_999_999.0))
endings = st.sampled_from(["fill", "fail", "renew", "one", "two"])
bumps = st.builds(Bump, nonces, lasting, intents, st.sampled_from([2.5, 60.0]), intents)


def _read(found: Found) -> tuple[object, ...]:
    """Without the order in which a record names its intents."""
    return found.session, unpack_record(found.record), list(found.entries)


@contextmanager
def time_is_given(*changes: tuple[str, str]) -> Iterator[None]:
    """The scripts ask a key for the time; `changes` are made in their text."""
    body = redis_store._OPERATIONS.text.decode()
    for old, new in (("redis.call('TIME')", "redis.call('HMGET', 'clock', 's', 'us')"), *changes):
        assert body.count(old) == 1, old
        body = body.replace(old, new)
    body = re.sub(r"('PX',|'PEXPIRE', KEYS\[[34]\],) ([^()]+)\)", rf"\1 (\2) * {SLOWER})", body)
    with patch.object(redis_store, "_OPERATIONS", Script(body.encode())):
        yield


class Agreement(RuleBasedStateMachine):
    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.ms = 1_800_000_000_000
        self.compared: dict[str, int] = {}
        self.memory = MemoryStore(now=lambda: (self.ms + 0.5) / 1000)
        self.admin = redis.Redis.from_url(self.url)
        self.admin.flushdb()
        self.runner = asyncio.Runner()
        self.store = RedisStore(parse_address(self.url))
        self.runner.run(self.store.start(lambda _is_new: None, lambda: None))
        (run,) = self.store._runs
        self.prefix = f"cf1:{run}:"
        self.advance(0)

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        self.admin.close()

    def both(self, operation: str, *arguments: Any) -> None:
        theirs, ours = (self.runner.run(getattr(store, operation)(*arguments)) for store in (self.store, self.memory))
        if isinstance(ours, Answer):
            assert theirs.kind == ours.kind, operation
            assert theirs.data == ours.data, operation
        else:
            assert _read(theirs) == _read(ours), operation

    @rule(seconds=st.sampled_from([0.3, 0.9, 2.1, 4.2, 7.0, 60.0]))
    def advance(self, seconds: float) -> None:
        self.the_same_is_left()
        self.ms += round(seconds * 1000)
        self.admin.hset("clock", mapping={"s": self.ms // 1000, "us": self.ms % 1000 * 1000})
        gone = [self.theirs(key) for key, (_, until) in self.memory._values.items() if until <= self.ms]
        if gone:
            self.admin.delete(*gone)

    @rule(scope=scopes, nonce=nonces)
    def born(self, scope: str, nonce: str) -> None:
        self.both("born", scope, nonce)

    @rule(lease=leases, fresh=st.booleans())
    def acquire(self, lease: Lease, fresh: bool = False) -> None:
        self.both("acquire", lease, fresh)

    @rule(lease=leases, value=st.sampled_from([b"", b"a value"]), lifetime=lifetimes, is_wanted=st.booleans())
    def fill(self, lease: Lease, value: bytes, lifetime: float, is_wanted: bool) -> None:
        self.both("fill", lease, value, lifetime, is_wanted)

    @rule(lease=leases, is_first=st.booleans())
    def follow(self, lease: Lease, is_first: bool) -> None:
        self.both("follow", lease, is_first)

    @rule(lease=leases)
    def fetch_anew(self, lease: Lease) -> None:
        """Over an entry that still counts, and over one that does not: an edition ends only by the first."""
        self.both("bump", lease.scope, Bump(lease.nonce))
        self.advance(7.0)
        for _ in range(2):
            self.acquire(lease, fresh=True)
            self.both("fill", lease, b"value", 90.0, False)

    @rule(lease=leases, is_wanted=st.booleans(), then=st.sampled_from(["fill", "fail", "renew"]), other=nonces)
    def pass_by(self, lease: Lease, is_wanted: bool, then: str, other: str) -> None:
        """A fetch that is followed and lost, while the next one is under way."""
        first, second = lease._replace(owner="one"), lease._replace(owner="two", nonce=other)
        self.both("bump", lease.scope, Bump(first.nonce))
        self.acquire(first)
        self.both("follow", first, True)
        self.both("bump", lease.scope, Bump(second.nonce))
        self.acquire(second)
        self.both("fill", first, b"late", 90.0, is_wanted)
        self.both("follow", first, False)
        self.acquire(second._replace(owner="three"))
        self.both(then, second, *{"fill": (b"value", 90.0, False), "fail": ("billing_unavailable",), "renew": ()}[then])
        self.acquire(second)

    @rule(lease=leases, lifetime=lifetimes, takes=st.sampled_from([0.1, 2.2, 3.1]), end=endings, bump=bumps)
    def fetch(self, lease: Lease, lifetime: float, takes: float, end: str, bump: Bump) -> None:
        """The whole way: what chance alone would seldom put together."""
        self.both("bump", lease.scope, bump._replace(nonce=lease.nonce))
        self.advance(0.3 if end == "one" else 7.0)
        self.acquire(lease)
        self.advance(takes)
        if end == "renew":
            self.both("renew", lease)
        elif end == "fail":
            self.both("fail", lease, "billing_unavailable")
        else:
            self.both("fill", lease._replace(owner="two") if end == "two" else lease, b"value", lifetime)
        self.acquire(lease)

    @rule(lease=leases)
    def renew(self, lease: Lease) -> None:
        self.both("renew", lease)

    @rule(lease=leases, code=st.sampled_from(["", "billing_unavailable"]))
    def fail(self, lease: Lease, code: str) -> None:
        self.both("fail", lease, code)

    @rule(scope=scopes, name=names, nonce=nonces, start=st.integers(-4000, 0), lasts=st.sampled_from([100, 5000, 5100]))
    def keep(self, scope: str, name: str, nonce: str, start: int, lasts: int) -> None:
        edition = self.memory._record(scope).edition if self.memory._record(scope) else 0
        header = pack_header(f"{nonce}{edition:04x}", self.ms + start // 1000 * 1000, self.ms + start + lasts)
        self.both("keep", scope, name, header, f"made {start} {lasts}".encode())

    @rule(lease=leases, older=st.sampled_from([-1000, 0]), shorter=st.sampled_from([-100, 0]))
    def derive(self, lease: Lease, older: int, shorter: int) -> None:
        """Twice in one generation, the second from no newer data."""
        self.both("bump", lease.scope, Bump(lease.nonce))
        self.keep(lease.scope, lease.name, lease.nonce, 0, 5000)
        self.keep(lease.scope, lease.name, lease.nonce, older, 5000 - older + shorter)

    @rule(lease=leases)
    def write(self, lease: Lease) -> None:
        """An intent that is left open, and a fetch when all else has settled."""
        self.both("bump", lease.scope, Bump(lease.nonce, opens="write-3", open_for=60.0))
        self.advance(7.0)
        self.acquire(lease)
        self.both("fill", lease, b"value", 90.0)

    @rule(scope=scopes, bump=bumps)
    def bump(self, scope: str, bump: Bump) -> None:
        self.both("bump", scope, bump)

    @rule(scope=scopes, bump=bumps)
    def hold(self, scope: str, bump: Bump) -> None:
        self.both("hold", scope, bump)

    @rule(nonce=nonces)
    def bump_all(self, nonce: str) -> None:
        for store in (self.store, self.memory):
            self.runner.run(store.bump_all(lambda: nonce))

    @rule(scope=scopes, value=st.sampled_from([b"viewer", b"another"]), ttl=st.sampled_from([1.0, 60.0]))
    def put_session(self, scope: str, value: bytes, ttl: float) -> None:
        self.both("put_session", scope, "key", value, ttl)

    @rule(scope=scopes)
    def drop_session(self, scope: str) -> None:
        self.both("drop_session", scope, "key")

    @rule(scope=scopes)
    def look(self, scope: str) -> None:
        self.both("look", scope, ["list", "page"], "key")
        self.both("look", scope, ["page"], None)

    @rule(scope=scopes, rest=st.sampled_from(["g", "e:list", "l:list", "r:one", "s:key"]))
    def lose(self, scope: str, rest: str) -> None:
        self.memory._delete(f"{scope}:{rest}")
        self.admin.delete(self.theirs(f"{scope}:{rest}"))

    @invariant()
    def the_same_is_left(self) -> None:
        ours = {self.theirs(key): kept for key, kept in self.memory._values.items() if kept[1] > self.ms}
        keys = sorted(key.decode() for key in self.admin.keys(f"{self.prefix}*"))
        assert keys == sorted(ours)
        with self.admin.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.get(key).pttl(key).pexpire(key, FOREVER)
            answers = pipe.execute()
        for key, value, left in zip(keys, answers[::3], answers[1::3], strict=True):
            mine, until = ours[key]
            read: Callable[[bytes], Any] = unpack_record if key.endswith(":g") else bytes
            assert read(value) == read(mine), key
            is_as_before = left > FOREVER / 2 and self.compared.get(key) == until
            assert is_as_before or abs(left / SLOWER - (until - self.ms)) < TOLERANCE, key
        self.compared = {key: ours[key][1] for key in keys}

    def theirs(self, key: str) -> str:
        scope, _, rest = key.partition(":")
        return f"{self.prefix}{{{scope}}}:{rest}"


def explore(url: str, *changes: tuple[str, str], examples: int, shrink: bool = True) -> None:
    """Fails when the Redis at `url`, its scripts changed so, does not agree with memory."""
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]
    chosen = settings(max_examples=examples, stateful_step_count=30, deadline=None, database=None, phases=phases)
    with time_is_given(*changes):
        run_state_machine_as_test(type("Agreement", (Agreement,), {"url": url}), settings=chosen)
