"""How records and entries look in the store. The same bytes in memory and in Redis (see store.lua)."""

# record   1<nonce> <settle_until> <hot_until>[ <intent>:<until>]...
# entry    1<nonce> <as_of> <expires_at> <value>
# lease    <nonce> <owner> <start>, or <nonce> ! <code of the shared failure>
#
# Times are Unix milliseconds, 13 digits. The first character is the format; whatever starts otherwise is not there.

from dataclasses import dataclass, field

from counterfoil.cache.values import Entry

FORMAT = "1"
NONCE_LENGTH = 16
_MARK = len(FORMAT) + NONCE_LENGTH
_HEADER = _MARK + 2 * 14 + 1


@dataclass
class Record:
    """A client's generation. Times in milliseconds."""

    nonce: str
    settle_until: int = 0
    hot_until: int = 0
    intents: dict[str, int] = field(default_factory=dict)

    def is_careful(self, start: int) -> bool:
        """Whether what a fetch from `start` on brings may be about to change without a further clear."""
        return start < max(self.settle_until, self.hot_until, *self.intents.values())


def pack_record(record: Record) -> bytes:
    intents = "".join(f" {intent}:{until:013d}" for intent, until in record.intents.items())
    return f"{FORMAT}{record.nonce} {record.settle_until:013d} {record.hot_until:013d}{intents}".encode()


def unpack_record(raw: bytes | None) -> Record | None:
    if raw is None or not raw.startswith(FORMAT.encode()):
        return None
    nonce, settle_until, hot_until, *intents = raw[len(FORMAT) :].decode().split()
    named = (text.rsplit(":", 1) for text in intents)
    return Record(nonce, int(settle_until), int(hot_until), {name: int(until) for name, until in named})


def pack_header(nonce: str, as_of: int, expires_at: int) -> bytes:
    return f"{FORMAT}{nonce} {as_of:013d} {expires_at:013d} ".encode()


def mark_of(record: bytes | None) -> bytes | None:
    """The first bytes of the record, which every entry of its generation starts with."""
    return record[:_MARK] if record is not None and record.startswith(FORMAT.encode()) else None


def nonce_of(mark: bytes) -> str:
    return mark[len(FORMAT) :].decode()


def unpack_entry(raw: bytes | None, mark: bytes, now: float) -> Entry | None:
    """The entry, if it is of the generation `mark` and counts at `now` (Unix seconds)."""
    if raw is None or not raw.startswith(mark):
        return None
    try:
        as_of, expires_at = int(raw[_MARK + 1 : _MARK + 14]) / 1000, int(raw[_MARK + 15 : _MARK + 28]) / 1000
    except ValueError:
        return None
    return Entry(raw[_HEADER:], as_of, expires_at) if expires_at > now else None
