"""Why Redis cannot be used, in words for the operator, with what to do."""

import socket
import ssl

from counterfoil.cli.findings import Finding, fail
from counterfoil.redis.connection import CLOSED, NO_ANSWER, NOT_REDIS
from counterfoil.redis.failures import ErrorReply, RedisAway
from counterfoil.redis.sentinel import NO_MASTER

URL = "COUNTERFOIL_CACHE_URL"

NEEDED = "+@read +@write +@scripting +@pubsub +@connection +info +time ~cf1:* &cf1:*"
"""What a user in the ACL must be permitted; of a cluster and of sentinels more: docs/operations.md."""

_ENDS = (
    "ends the connection at once",
    f"Does it speak TLS? Then it is rediss:// in {URL}. Otherwise it has as many connections as maxclients allows.",
)
_REPLIES = {
    "ERR max number": _ENDS,
    "WRONGPASS": ("refuses the user or the password", f"Correct them in {URL}; what is special percent-encoded."),
    "NOAUTH": ("wants a password", f"Add it: redis://:password@... in {URL}."),
    "ERR AUTH": ("has no password, and is given one", f"Take it out of {URL}, or set requirepass."),
    "NOPERM": ("does not permit the user what the portal needs", f"Set in its ACL: {NEEDED}"),
    "ERR DB index": ("has no database of this number", f"Correct the number at the end of {URL}."),
    "LOADING": ("still reads its data", "Wait a moment."),
    "OOM": ("is full, so nothing can be cached, and Pay, profiles and signing out are refused", "Raise maxmemory."),
    "MISCONF": ("takes no writes: it cannot save its data to disk", 'Set save "" and appendonly no, or make room.'),
    "READONLY": ("is a replica", f"Name the master in {URL}: replicas are never read."),
    "NOREPLICAS": ("takes no writes without its replicas", "Are they running? See min-replicas-to-write."),
}
_LOST = {
    NO_ANSWER: (
        "does not answer in time",
        "Is it running, does a firewall let the portal through, and with rediss://, does it speak TLS?",
    ),
    CLOSED: _ENDS,
    "ConnectionResetError": _ENDS,
    NO_MASTER: ("sentinels know no master of this name", f"Correct ?sentinel= in {URL}."),
    NOT_REDIS: ("does not speak Redis's protocol", f"Is the port right? With TLS it is rediss:// in {URL}."),
}
_KINDS: tuple[tuple[type[BaseException], tuple[str, str]], ...] = (
    (socket.gaierror, ("has a host name that nobody knows", f"Correct the host in {URL}.")),
    (ssl.SSLCertVerificationError, ("shows a certificate that is not trusted", f"Add ?ssl_ca_certs= to {URL}.")),
    (ssl.SSLError, ("cannot agree on TLS", f"Without TLS it is redis:// in {URL}.")),
    (ConnectionRefusedError, ("does not listen there", f"Is it running? Are host and port of {URL} right?")),
    (TimeoutError, _LOST[NO_ANSWER]),
    (FileNotFoundError, ("has no such socket", f"Correct the path in {URL}.")),
    (PermissionError, ("may not be opened by this user", "Let the portal's user read and write the socket.")),
)
_UNKNOWN = ("does not answer", f"Is Redis running, and is {URL} right?")


def cannot_be_used(error: RedisAway | OSError) -> Finding:
    """The finding; of an ACL with what Redis says that the user may not."""
    if isinstance(error, ErrorReply):
        known = (each for each in _REPLIES.items() if str(error).startswith(each[0]))
        code, (said, advice) = next(known, ("", _UNKNOWN))
        if code == "NOPERM":
            said = f"{said} ({str(error).removeprefix('NOPERM ')})"
        return fail("cache", said, advice)
    said, advice = _LOST.get(str(error)) or next((told for kind, told in _KINDS if isinstance(error, kind)), _UNKNOWN)
    return fail("cache", said, advice)
