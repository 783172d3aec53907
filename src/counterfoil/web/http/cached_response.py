"""One response as the cache has it, so that a hit decodes and encodes nothing, and what of it a request is sent."""

import gzip
from collections.abc import Mapping
from typing import NamedTuple

from litestar.types import Send

from counterfoil.web.http.conditional import CACHING, etag_of, is_known

_CACHING = [(name.encode(), value.encode()) for name, value in CACHING.items()]

COMPRESSED_FROM = 2048
"""Bytes of a page. Cached, it then takes a sixth of the room, and browsers get it as it lies there."""


class CachedResponse(NamedTuple):
    route: bytes
    permission: bytes
    """WHMCS's names, with spaces between them, of what somebody must be allowed to see it."""
    content_type: bytes
    encoding: bytes
    """b"gzip", or b"" for a body as it is."""
    etag: bytes
    body: bytes

    def plain(self) -> "CachedResponse":
        """For the few who do not take it compressed."""
        return self._replace(encoding=b"", body=gzip.decompress(self.body)) if self.encoding else self


def packed(response: CachedResponse) -> bytes:
    return b"\n".join(response)


def unpacked(value: bytes) -> CachedResponse:
    return CachedResponse(*value.split(b"\n", 5))


def cacheable(body: bytes, route: str, permission: str, media_type: str, seen: str) -> CachedResponse:
    etag = etag_of(body, seen)
    if media_type == "text/html" and len(body) >= COMPRESSED_FROM:
        # Weak: the same page, compressed or not. There is no secret on it that an attacker could make it repeat and
        # measure (BREACH): no token, no session id (docs/security.md).
        encoding, etag, body = b"gzip", f"W/{etag}", gzip.compress(body, 6, mtime=0)
    else:
        encoding = b""
    return CachedResponse(route.encode(), permission.encode(), _content_type(media_type), encoding, etag.encode(), body)


class Answer(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    """Without content type and length."""
    body: bytes


def answer(cached: CachedResponse, headers: Mapping[bytes, bytes]) -> Answer:
    """To a request with these headers: whole, compressed or not, or 304."""
    said = [(b"etag", cached.etag), *_CACHING]
    known = headers.get(b"if-none-match", b"")
    if known and is_known(known.decode("latin-1"), cached.etag.decode()):
        return Answer(304, said, b"")
    if cached.encoding and not _takes_gzip(headers.get(b"accept-encoding", b"")):
        cached = cached.plain()
    if cached.encoding:
        said.append((b"content-encoding", cached.encoding))
    return Answer(200, said, cached.body)


async def send_answer(cached: CachedResponse, headers: Mapping[bytes, bytes], send: Send) -> None:
    status, said, body = answer(cached, headers)
    if status == 200:
        said += [(b"content-type", cached.content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": said})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _takes_gzip(accepted: bytes) -> bool:
    """RFC 9110 12.5.3. Browsers say it first and without more words."""
    if accepted.startswith(b"gzip,"):
        return True
    for each in accepted.lower().split(b","):
        coding, _, quality = each.replace(b" ", b"").partition(b";q=")
        if coding == b"gzip":
            return not quality or quality.strip(b"0.") != b""
    return False


def _content_type(media_type: str) -> bytes:
    """As Litestar says it when it sends the same response for the first time."""
    return f"{media_type}; charset=utf-8".encode() if media_type.startswith("text/") else media_type.encode()
