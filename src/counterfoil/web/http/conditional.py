"""What a browser may do with a response that it has, and what its request says of that (RFC 9110 13, RFC 9111)."""

from collections.abc import Mapping
from hashlib import blake2b

CACHING = {"cache-control": "private, no-cache", "vary": "Cookie, Accept-Language, Accept-Encoding"}
"""Of a read: a browser may have it, but asks first whether it still holds."""

NO_STORE = {"cache-control": "no-store"}
"""Of everything else."""

FORGET = {**NO_STORE, "clear-site-data": '"cache"'}
"""For whoever has signed out: the Back button of a shared computer must not show invoices. Not "storage": that would be
every tab's, and what somebody has typed in another one; this tab's own the script throws away."""


def etag_of(body: bytes, seen: str = "") -> str:
    """`seen` is put before the digest: what of it a later If-Match goes by."""
    digest = blake2b(body, digest_size=12).hexdigest()
    return f'"{seen}/{digest}"' if seen else f'"{digest}"'


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether one of the ETags in the header `If-None-Match`, which may be "", is this one."""
    plain = etag.removeprefix("W/")
    return if_none_match == "*" or plain in {each.strip().removeprefix("W/") for each in if_none_match.split(",")}


def wants_fresh(headers: Mapping[bytes, bytes]) -> bool:
    """A reload past every cache (RFC 9111 5.2.1.4); browsers send it with Shift-Reload."""
    return b"no-cache" in headers.get(b"cache-control", b"")
