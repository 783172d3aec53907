"""What happened in a world, on its one true clock (the event loop's), for the rules in invariants.py to judge."""

import asyncio
from bisect import bisect_right
from dataclasses import dataclass, field

NEVER = float("inf")


@dataclass
class Generation:
    client: str
    nonce: str
    began: float
    ended: float = NEVER


@dataclass
class Call:
    """One fetch of WHMCS. `version` is what it read, at `point`; None while it has not, or for a failure."""

    client: str
    name: str
    process: int
    start: float
    end: float = NEVER
    point: float = NEVER
    version: int | None = None
    failed: bool = False
    is_cancelled: bool = False


@dataclass
class Read:
    """`calls`: the call behind each object shown, with its as_of (the store's time). No calls: it ended in an error."""

    session: int
    client: str
    process: int
    begun: float
    ended: float
    nonce: str = ""
    shown: dict[str, tuple[Call, float]] = field(default_factory=dict)
    was_late: bool = False


@dataclass
class Promise:
    """Whoever asks after `due` is shown the change. Void when the only one who knew of it (`keeper`, a process) died
    and the store lost what it wrote in between.
    """

    rule: str
    due: float
    keeper: int | None = None
    since: float = NEVER


@dataclass
class Change:
    client: str
    visible: float
    promises: list[Promise] = field(default_factory=list)


@dataclass
class History:
    seed: int
    lifetime: float
    negative: float
    reads: list[Read] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    generations: dict[str, Generation] = field(default_factory=dict)
    outages: list[tuple[float, float]] = field(default_factory=list)
    losses: list[tuple[float, str]] = field(default_factory=list)
    clock: list[tuple[float, float]] = field(default_factory=lambda: [(0.0, 0.0)])
    deaths: dict[int, float] = field(default_factory=dict)
    debts: dict[str, float] = field(default_factory=dict)
    """Clients that a process had shown something past the store when it died, and when."""
    faults: dict[str, int] = field(default_factory=dict)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def outage(self, seconds: float) -> None:
        self.outages.append((self.now(), self.now() + seconds))

    def visible(self, client: str) -> list[float]:
        return sorted(change.visible for change in self.changes if change.client == client)

    def version(self, client: str, moment: float) -> int:
        return bisect_right(self.visible(client), moment)

    def lifetime_of(self, version: int) -> float:
        """Every fourth answer is a negative one."""
        return self.negative if is_negative(version) else self.lifetime

    def stamp(self, moment: float) -> float:
        """What the store's clock said then."""
        return 1_800_000_000 + moment + [skew for since, skew in self.clock if since <= moment][-1]

    def lost(self, client: str, since: float, until: float) -> bool:
        """Whether the store lost something of the client in that time."""
        return any(since <= moment <= until and whose in {client, "*"} for moment, whose in self.losses)

    def was_away(self, since: float, until: float, *, after: float = 0.0) -> bool:
        """Whether the store was away, from anybody, in that time or until `after` seconds before it."""
        return any(start <= until and since <= end + after for start, end in self.outages)

    def clock_was_set(self, since: float, until: float) -> bool:
        return any(since <= moment <= until for moment, _ in self.clock[1:])


def is_negative(version: int) -> bool:
    return version % 4 == 3
