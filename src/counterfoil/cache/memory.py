"""The store of a single process: the operations of store.lua, in the same order, on a dictionary."""

from collections.abc import Callable, Sequence

from counterfoil.cache import rules
from counterfoil.cache.bounded_values import BoundedValues
from counterfoil.cache.clock import steady_clock
from counterfoil.cache.packing import (
    FETCHED,
    Record,
    fetched_mark,
    mark_of,
    pack_header,
    pack_record,
    token_of,
    unpack_entry,
    unpack_record,
)
from counterfoil.cache.store import Answer, Bump, Found, Kind, Lease


class MemoryStore(BoundedValues):
    """One process, no Redis: the same rules and the same tests."""

    def __init__(self, *, now: Callable[[], float] = steady_clock, most_bytes: int = 64 * 1024 * 1024) -> None:
        super().__init__(now=now, most_bytes=most_bytes)
        self._listeners: list[Callable[[str, bytes], None]] = []

    is_up = True

    def failed_since(self, moment: float) -> bool:
        return True

    async def start(self, came_up: Callable[[bool], None], went_away: Callable[[], None]) -> None:
        came_up(True)

    async def close(self) -> None:
        pass

    async def beat(self) -> Sequence[Answer]:
        return [self._answer("ok")]

    async def look(self, scope: str, names: Sequence[str], session: str | None) -> Found:
        return Found(
            self._get(f"{scope}:s:{session}") or None if session else None,
            self._get(f"{scope}:g"),
            [self._get(f"{scope}:e:{name}") for name in names],
        )

    async def born(self, scope: str, nonce: str) -> Answer:
        record = self._record(scope)
        if record is None:
            record = self._fresh(nonce)
            self._save(scope, record)
        return self._answer("ok", record.token.encode())

    async def acquire(self, lease: Lease, fresh: bool = False) -> Answer:
        if not self._holds(lease.scope, lease.nonce):
            return self._answer("moved")
        entry = self._get(f"{lease.scope}:e:{lease.name}")
        if entry is not None and not fresh and self._counts(lease.scope, entry):
            return self._answer("hit", entry)
        nonce, owner, data = self._lease(lease)
        if nonce == lease.nonce:
            if owner == "!":
                return self._answer("failed", data.encode())
            return self._answer("wait", f"{owner.removeprefix('~')} {data}".encode())
        self._set(_lease_key(lease), f"{lease.nonce} {lease.owner} {self._ms()}".encode(), rules.LEASE)
        return self._answer("lease")

    async def renew(self, lease: Lease) -> Answer:
        if (result := self._get(_result_key(lease))) is not None:
            self._set(_result_key(lease), result, rules.LEASE)
        if not self._owns(lease) and not self._owns(_passed_by(lease)):
            return self._answer("lost")
        self._set(_lease_key(lease), self._get(_lease_key(lease)) or b"", rules.LEASE)
        return self._answer("ok")

    async def fill(self, lease: Lease, value: bytes, lifetime: float, is_wanted: bool = False) -> Answer:
        record = self._record(lease.scope)
        if record is None or record.nonce != lease.nonce or not self._owns(lease):
            return self._fill_late(record, lease, value, is_wanted=is_wanted)
        start = int(self._lease(lease)[2])
        lasts = min(lifetime, rules.PROBATION) if record.is_careful(start) else lifetime
        expires_at = start + round(lasts * 1000)
        header = pack_header(lease.nonce + FETCHED, start, expires_at)
        before = self._get(f"{lease.scope}:e:{lease.name}")
        if before is not None and self._counts(lease.scope, before):
            self._next_edition(lease.scope, record)
        self._set(f"{lease.scope}:e:{lease.name}", header + value, (expires_at - self._ms()) / 1000)
        self._delete(_lease_key(lease))
        self._tell(lease, header + value)
        return self._answer("ok", header)

    def _fill_late(self, record: Record | None, lease: Lease, value: bytes, *, is_wanted: bool) -> Answer:
        if not is_wanted and self._get(_result_key(lease)) is None:
            if self._owns(_passed_by(lease)):
                self._delete(_lease_key(lease))
            return self._answer("lost" if record is not None and record.nonce == lease.nonce else "moved")
        began = int(lease.start * 1000)
        header = pack_header(lease.nonce + FETCHED, began, began)
        self._pass_by(record, lease)
        self._tell(lease, header + value)
        return self._answer("late", header)

    def _pass_by(self, record: Record | None, lease: Lease) -> None:
        """A value that is not stored is about to be shown: of this object nothing older may be shown after it, neither
        what is stored or derived, nor what is being fetched. Whose fetch that is keeps the lease: another begins when
        it has ended.
        """
        if record is not None:
            self._next_edition(lease.scope, record)
        self._delete(f"{lease.scope}:e:{lease.name}")
        nonce, owner, start = self._lease(lease)
        if owner.removeprefix("~") == lease.owner:
            self._delete(_lease_key(lease))
        elif record is not None and nonce == record.nonce and owner[0] not in "!~":
            left = (self._values[_lease_key(lease)][1] - self._ms()) / 1000
            self._set(_lease_key(lease), f"{nonce} ~{owner} {start}".encode(), left)

    async def follow(self, lease: Lease, is_first: bool) -> Answer:
        result = self._get(_result_key(lease))
        if is_first and result is None:
            if self._lease(lease)[1].removeprefix("~") != lease.owner:
                return self._answer("moved")
            result = b"?"
            self._set(_result_key(lease), result, rules.LEASE)
        if result is None:
            return self._answer("moved")
        if result == b"?":
            return self._answer("wait")
        return self._answer("failed", result[1:]) if result.startswith(b"!") else self._answer("late", result)

    def _next_edition(self, scope: str, record: Record) -> None:
        """What was derived in the editions before counts no more."""
        record.edition = (record.edition + 1) % 65536
        self._save(scope, record)

    def _tell(self, lease: Lease, result: bytes) -> None:
        """Those who follow, if there are any."""
        if self._get(_result_key(lease)) is not None:
            self._set(_result_key(lease), result, rules.SHARED_FAILURE)

    async def fail(self, lease: Lease, code: str) -> Answer:
        if code:
            self._tell(lease, f"!{code}".encode())
        else:
            self._delete(_result_key(lease))
        if not self._owns(lease) and not self._owns(_passed_by(lease)):
            return self._answer("lost")
        self._delete(_lease_key(lease))
        if code:
            self._set(_lease_key(lease), f"{lease.nonce} ! {code}".encode(), rules.SHARED_FAILURE)
        return self._answer("ok")

    async def keep(self, scope: str, name: str, header: bytes, value: bytes) -> Answer:
        key, mark, now = f"{scope}:e:{name}", mark_of(header) or b"", self._now()
        entry, record = unpack_entry(header, mark, now), self._record(scope)
        if entry is None or record is None or record.token != token_of(mark):
            return self._answer("moved")
        there = unpack_entry(self._get(key), mark, now)
        if there is None or (there.as_of, there.expires_at) <= (entry.as_of, entry.expires_at):
            self._set(key, header + value, entry.expires_at - now)
        return self._answer("ok")

    async def bump(self, scope: str, bump: Bump) -> Answer:
        now = self._ms()
        record = self._record(scope) or self._fresh(bump.nonce)
        record.nonce, record.edition = bump.nonce, 0
        record.settle_until = max(record.settle_until, now + round(rules.SETTLE * 1000))
        if bump.hot_for:
            record.hot_until = max(record.hot_until, now + round(bump.hot_for * 1000))
        if bump.opens:
            record.intents[bump.opens] = now + round(bump.open_for * 1000)
        record.intents.pop(bump.closes, None)
        self._save(scope, record)
        return self._answer("ok")

    async def hold(self, scope: str, bump: Bump) -> Answer:
        record = self._record(scope)
        soon = self._ms() - 1000
        if record is not None:
            hot = record.hot_until >= soon + bump.hot_for * 1000 or not bump.hot_for
            intent = record.intents.get(bump.opens, 0) >= soon + bump.open_for * 1000 or not bump.opens
            if hot and intent:
                return self._answer("ok")
        return await self.bump(scope, bump)

    async def bump_all(self, new_nonce: Callable[[], str]) -> Sequence[Answer]:
        for key in [key for key in self._values if key.endswith(":g")]:
            await self.bump(key.removesuffix(":g"), Bump(new_nonce()))
        return await self.beat()

    async def put_session(self, scope: str, key: str, value: bytes, ttl: float) -> Answer:
        if self._get(f"{scope}:s:{key}") != b"":
            self._set(f"{scope}:s:{key}", value, ttl)
        return self._answer("ok")

    async def drop_session(self, scope: str, key: str) -> Answer:
        self._set(f"{scope}:s:{key}", b"", rules.TOMBSTONE)
        return self._answer("ok")

    async def publish(self, topic: str, message: bytes) -> None:
        for callback in self._listeners:
            callback(topic, message)

    def listen(self, callback: Callable[[str, bytes], None]) -> None:
        self._listeners.append(callback)

    def _answer(self, kind: Kind, data: bytes = b"") -> Answer:
        return Answer(kind, self._now(), data)

    def _record(self, scope: str) -> Record | None:
        return unpack_record(self._get(f"{scope}:g"))

    def _fresh(self, nonce: str) -> Record:
        return Record(nonce, settle_until=self._ms() + round(rules.SETTLE * 1000))

    def _save(self, scope: str, record: Record) -> None:
        now = self._ms()
        record.intents = {intent: until for intent, until in record.intents.items() if until > now}
        self._set(f"{scope}:g", pack_record(record), rules.RECORD_LASTS)

    def _holds(self, scope: str, nonce: str) -> bool:
        record = self._record(scope)
        return record is not None and record.nonce == nonce

    def _counts(self, scope: str, entry: bytes) -> bool:
        mark = mark_of(self._get(f"{scope}:g")) or b"?"
        return unpack_entry(entry, fetched_mark(mark), self._now()) is not None

    def _lease(self, lease: Lease) -> tuple[str, str, str]:
        nonce, owner, data = (self._get(_lease_key(lease)) or b"? ? ?").decode().split(" ", 2)
        return nonce, owner, data

    def _owns(self, lease: Lease) -> bool:
        return self._lease(lease)[:2] == (lease.nonce, lease.owner)


def _lease_key(lease: Lease) -> str:
    return f"{lease.scope}:l:{lease.name}"


def _result_key(lease: Lease) -> str:
    return f"{lease.scope}:r:{lease.owner}"


def _passed_by(lease: Lease) -> Lease:
    """As it stands there after a value was shown that may be newer than what it brings."""
    return lease._replace(owner=f"~{lease.owner}")
