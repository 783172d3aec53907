"""Values under keys, each for a time, within a bound of memory: what Redis is for the memory store."""

from collections.abc import Callable

_OVERHEAD = 200
"""Bytes that a key costs beside its value, roughly."""


class BoundedValues:
    """Holds at most `most_bytes`; beyond that the expired go, then the oldest, whatever they are."""

    def __init__(self, *, now: Callable[[], float], most_bytes: int) -> None:
        self._now = now
        self._most_bytes = most_bytes
        self._bytes = 0
        self._values: dict[str, tuple[bytes, int]] = {}

    def _ms(self) -> int:
        return int(self._now() * 1000)

    def _get(self, key: str) -> bytes | None:
        value, until = self._values.get(key, (None, 0))
        return value if until > self._ms() else None

    def _set(self, key: str, value: bytes, ttl: float) -> None:
        self._delete(key)
        if ttl <= 0:
            return
        self._values[key] = value, self._ms() + round(ttl * 1000)
        self._bytes += len(value) + _OVERHEAD
        if self._bytes > self._most_bytes:
            self._evict()

    def _evict(self) -> None:
        """To nine tenths, so that it is not done at every write from then on."""
        now = self._ms()
        for key in [key for key, (_, until) in self._values.items() if until <= now]:
            self._delete(key)
        while self._bytes > self._most_bytes * 0.9:
            self._delete(next(iter(self._values)))

    def _delete(self, key: str) -> None:
        value, _ = self._values.pop(key, (None, 0))
        if value is not None:
            self._bytes -= len(value) + _OVERHEAD
