"""How records and entries look in the store. The same bytes in memory and in Redis (see store.lua)."""

# record   2<nonce><edition> <settle_until> <hot_until>[ <intent>:<until>]...
# entry    2<nonce>---- <as_of> <expires_at> <value>, or 2<nonce><edition> ... for what is derived from entries
# lease    <nonce> <owner> <start>; <nonce> ~<owner> <start> when its fill will not be taken any more;
#          or <nonce> ! <code of the shared failure>
# result   ? while a follower waits for the fetch of one owner, then its entry, or !<code>
#
# Times are Unix milliseconds, 13 digits. The first character is the format; whatever starts otherwise is not there.
# The edition, four hexadecimal digits, counts within a generation how often something was shown that is not stored.

import secrets
from dataclasses import dataclass, field

from counterfoil.cache.values import Entry

FORMAT = "2"
NONCE_LENGTH = 16
FETCHED = "----"
"""In the place of the edition: entries that were fetched count in every edition of their generation."""

_GENERATION = len(FORMAT) + NONCE_LENGTH
_MARK = _GENERATION + len(FETCHED)
_HEADER = _MARK + 2 * 14 + 1
_FORMAT, _FETCHED = FORMAT.encode(), FETCHED.encode()


def random_nonce() -> str:
    return secrets.token_urlsafe(NONCE_LENGTH * 3 // 4)


@dataclass
class Record:
    """A client's generation. Times in milliseconds."""

    nonce: str
    settle_until: int = 0
    hot_until: int = 0
    intents: dict[str, int] = field(default_factory=dict)
    edition: int = 0

    @property
    def token(self) -> str:
        return f"{self.nonce}{self.edition:04x}"

    def is_careful(self, start: int) -> bool:
        """Whether what a fetch from `start` on brings may be about to change without a further clear."""
        return start < max(self.settle_until, self.hot_until, *self.intents.values())


def pack_record(record: Record) -> bytes:
    intents = "".join(f" {intent}:{until:013d}" for intent, until in record.intents.items())
    return f"{FORMAT}{record.token} {record.settle_until:013d} {record.hot_until:013d}{intents}".encode()


def unpack_record(raw: bytes | None) -> Record | None:
    if raw is None or not raw.startswith(_FORMAT):
        return None
    mark, settle_until, hot_until, *intents = raw.decode().split()
    named = (text.rsplit(":", 1) for text in intents)
    until = {name: int(until) for name, until in named}
    nonce, edition = mark[len(FORMAT) : _GENERATION], int(mark[_GENERATION:], 16)
    return Record(nonce, int(settle_until), int(hot_until), until, edition)


def pack_header(token: str, as_of: int, expires_at: int) -> bytes:
    """`token`: a nonce with FETCHED, or with the edition that something was derived in."""
    return f"{FORMAT}{token} {as_of:013d} {expires_at:013d} ".encode()


def mark_of(record: bytes | None) -> bytes | None:
    """The first bytes of a record: its generation and edition. Of an entry: what it belongs to."""
    return record[:_MARK] if record is not None and record.startswith(_FORMAT) else None


def token_of(mark: bytes) -> str:
    """The nonce and the edition: what is derived names both."""
    return mark[len(FORMAT) :].decode()


def nonce_of(token: str) -> str:
    """The generation alone."""
    return token[:NONCE_LENGTH]


def fetched_mark(mark: bytes) -> bytes:
    """What the entries that were fetched in this generation begin with, in whichever edition."""
    return mark[:_GENERATION] + _FETCHED


def unpack_entry(raw: bytes | None, mark: bytes | tuple[bytes, ...], now: float) -> Entry | None:
    """The entry, if it has the mark, or one of them, and counts at `now` (Unix seconds)."""
    if raw is None or not raw.startswith(mark):
        return None
    try:
        as_of, expires_at = int(raw[_MARK + 1 : _MARK + 14]) / 1000, int(raw[_MARK + 15 : _MARK + 28]) / 1000
    except ValueError:
        return None
    return Entry(raw[_HEADER:], as_of, expires_at) if expires_at > now else None
