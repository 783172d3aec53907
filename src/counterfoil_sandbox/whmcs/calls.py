"""A record of every API call, as tests and proofs ask for it. No secrets."""

from collections import deque
from dataclasses import dataclass, field

import msgspec

NOT_RECORDED = {"identifier", "secret", "username", "password", "password2", "accesskey", "action", "responsetype"}


class Call(msgspec.Struct, kw_only=True):
    """One call as the sandbox saw it. `at` is Unix time, the others CLOCK_MONOTONIC; `read_at`: when data was read."""

    action: str
    params: dict[str, str]
    caller: str = ""
    """The identifier it was made with: processes can be told apart by giving each its own."""
    at: float
    started: float
    read_at: float | None = None
    ended: float | None = None
    status: int = 0
    result: str = ""
    """success, error, or empty when the answer was neither."""
    faults: list[str] = []


@dataclass
class Calls:
    seen: deque[Call] = field(default_factory=lambda: deque(maxlen=200_000))
    in_flight: int = 0
    peak_in_flight: int = 0

    def begin(self, call: Call) -> None:
        self.seen.append(call)
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def end(self, call: Call, now: float) -> None:
        self.in_flight -= 1
        call.ended = now

    def clear(self) -> None:
        self.seen.clear()
        self.peak_in_flight = self.in_flight
