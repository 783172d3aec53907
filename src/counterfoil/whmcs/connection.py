"""One POST to WHMCS over the shared pool: status and bytes, or a Failure. What the bytes mean: answer.py."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple

import httpx2

from counterfoil.whmcs.failures import Failure

LARGEST_ANSWER = 32 * 1024 * 1024
"""Bytes, unpacked. 10,000 invoices are about 8 MB."""
KEEP_ALIVE = 4.0
"""Seconds. Less than Apache's and LiteSpeed's 5: a POST on a connection that is being closed is lost."""
CONNECT_TIMEOUT = 5.0


class Reply(NamedTuple):
    status: int
    body: bytes


class Connection:
    """The pool. How long a whole call may take, with waiting and all attempts, is client.py's matter."""

    def __init__(self, url: str, timeout: float, max_concurrency: int) -> None:
        self._endpoint = f"{url}/includes/api.php"
        self._timeout = timeout
        self._sent: set[asyncio.Task[Reply]] = set()
        self._http = httpx2.AsyncClient(
            # WHMCS starts a PHP session on every call; sending it back would make calls wait for each other's session
            # lock, and would mix up the people who sign in.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": "Counterfoil", "Accept": "application/json", "Accept-Encoding": "gzip"},
            timeout=httpx2.Timeout(None, connect=min(CONNECT_TIMEOUT, timeout / 2)),
            # The number of connections is bounded by that of calls (concurrency.py), so that no call waits in the pool.
            verify=trust_for(url),
            limits=httpx2.Limits(max_keepalive_connections=max_concurrency, keepalive_expiry=KEEP_ALIVE),
            follow_redirects=False,
            trust_env=False,
        )

    def send(self, form: Mapping[str, str]) -> asyncio.Task[Reply]:
        """One POST, begun. Awaiting it raises Failure, or TimeoutError `timeout` seconds after it was sent.

        Shielded, it goes on when nobody awaits it any more: WHMCS, too, works on then.
        """
        sent = asyncio.create_task(self._post(form))
        self._sent.add(sent)
        sent.add_done_callback(self._sent.discard)
        return sent

    async def _post(self, form: Mapping[str, str]) -> Reply:
        if self._http.is_closed:  # Whoever waited for a place, or tries again, finds that the worker has stopped.
            raise Failure("stopping")
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream("POST", self._endpoint, data=form) as response,
            ):
                return Reply(response.status_code, await _body(response))
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Failure(_reason(error)) from None

    async def close(self) -> None:
        await self._http.aclose()
        for sent in self._sent:
            sent.cancel()
        await asyncio.gather(*self._sent, return_exceptions=True)


def trust_for(url: str) -> ssl.SSLContext | bool:
    """True: in the usual certificate authorities, which are read then: 24 ms. Without TLS nobody need be trusted."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.startswith("http:") else True


async def _body(response: httpx2.Response) -> bytes:
    parts = bytearray()
    async for part in response.aiter_bytes():
        parts += part
        if len(parts) > LARGEST_ANSWER:
            raise Failure("too_large", status=response.status_code)
    return bytes(parts)


def _reason(error: Exception) -> str:
    causes = _causes(error)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "name_not_resolved"
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "certificate_refused"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "connection_refused"
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return "connection_failed"
    return "connection_lost"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and len(found) < 10:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
