"""What the engine needs of a store. Each operation is atomic and decides on the store's own clock."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct


class StoreAway(Exception):
    """The store cannot answer now, or nobody knows whether it did. `left`: for how many seconds, if that is known."""

    def __init__(self, why: str, left: float = 0.0) -> None:
        super().__init__(why)
        self.left = left


class Moved(Exception):
    """The generation is another one now, or the fetch was lost: look again."""


Kind = Literal["ok", "hit", "wait", "failed", "lease", "moved", "lost", "late"]


class Answer(NamedTuple):
    """`now`: the time of the `server` that answered, Unix seconds. `data`: entry, header, nonce or code, by kind."""

    kind: Kind
    now: float
    data: bytes = b""
    server: str = ""


class Lease(NamedTuple):
    """The right to fetch one object of one generation. `start`: when it was given, on the store's clock."""

    scope: str
    name: str
    nonce: str
    owner: str
    start: float = 0.0


class Bump(NamedTuple):
    """A new generation, and the windows that open or close with it. Durations in seconds."""

    nonce: str
    hot_for: float = 0.0
    opens: str = ""
    open_for: float = 0.0
    closes: str = ""


class Found(Struct, frozen=True, gc=False):
    """The raw bytes of one look."""

    session: bytes | None
    record: bytes | None
    entries: Sequence[bytes | None]


class Store(Protocol):
    """Every operation raises StoreAway. Nothing is retried inside: the engine knows what a repeat means."""

    @property
    def is_up(self) -> bool: ...

    def failed_since(self, moment: float) -> bool:
        """Whether an attempt to reach it has failed that began then or later, on the event loop's clock."""

    async def start(self, came_up: Callable[[bool], None], went_away: Callable[[], None]) -> None:
        """Connects, or goes on trying. `came_up(is_new)`: whether it is another server, with nothing of ours."""

    async def close(self) -> None: ...

    async def beat(self) -> Sequence[Answer]:
        """Makes sure that these are still the servers they were, and asks each for its time."""

    async def look(self, scope: str, names: Sequence[str], session: str | None) -> Found:
        """One round trip, no write."""

    async def born(self, scope: str, nonce: str) -> Answer:
        """The nonce of the generation; a missing one is made of `nonce` and starts settling."""

    async def acquire(self, lease: Lease, fresh: bool = False) -> Answer:
        """Says hit with the entry (not to who wants it fresh), wait with the owner and the start of the fetch that is
        under way, failed with the code, moved, or lease: the caller fetches, from now on.
        """

    async def renew(self, lease: Lease) -> Answer: ...

    async def fill(self, lease: Lease, value: bytes, lifetime: float, is_wanted: bool = False) -> Answer:
        """Says ok with the header when accepted; moved; lost when the lease is somebody else's.

        Late with the header, when it would be moved or lost but somebody waits for it all the same, here (`is_wanted`)
        or elsewhere (`follow`): nothing that was fetched before this moment will be shown after it.
        """

    async def follow(self, lease: Lease, is_first: bool) -> Answer:
        """What the fetch under somebody's lease brings, stored or not: late with the entry, failed with the code, wait,
        or moved: it has ended or died.
        """

    async def fail(self, lease: Lease, code: str) -> Answer:
        """Gives the lease back; a code stays for those who ask within SHARED_FAILURE."""

    async def keep(self, scope: str, name: str, header: bytes, value: bytes) -> Answer:
        """Stores an entry that is derived from others, while its generation holds and it has not expired."""

    async def bump(self, scope: str, bump: Bump) -> Answer: ...

    async def hold(self, scope: str, bump: Bump) -> Answer:
        """Bumps, unless the record knows the windows already."""

    async def bump_all(self, new_nonce: Callable[[], str]) -> Sequence[Answer]: ...

    async def put_session(self, scope: str, key: str, value: bytes, ttl: float) -> Answer: ...

    async def drop_session(self, scope: str, key: str) -> Answer: ...

    async def publish(self, topic: str, message: bytes) -> None: ...

    def listen(self, callback: Callable[[str, bytes], None]) -> None: ...
