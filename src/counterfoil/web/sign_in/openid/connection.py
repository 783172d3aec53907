"""HTTP with the provider: bounded in time and size, no redirects followed, nothing logged. What it says: others."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from counterfoil.accounts.vouching import ProviderUnavailable

TIMEOUT = 10.0
"""Seconds for everything that one step of a sign-in asks of the provider."""
CALL_TIMEOUT = 6.0
"""Seconds for one call of them."""
LARGEST_ANSWER = 512 * 1024
_TOKEN_STATUSES = {200, 400, 401}
"""A token, or why there is none (RFC 6749 5.2)."""
_CONFIGURATION = {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request", "invalid_scope"}
"""Errors of the token endpoint that nobody who signs in can mend."""


class CodeRefused(Exception):
    """The provider does not take this code: used, expired, or made up."""


class ProviderConnection:
    """Owns the connections: `close()` it."""

    def __init__(self) -> None:
        self._transport = _Bounded()

    def client(self, **settings: Any) -> AsyncOAuth2Client:
        """For one sign-in, since it holds that person's token; the connections are everybody's."""
        return AsyncOAuth2Client(
            transport=self._transport,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": "Counterfoil", "Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(CALL_TIMEOUT),
            follow_redirects=False,
            trust_env=False,
            **settings,
        )

    async def get(self, url: str, token: str = "") -> dict[str, Any]:
        """The JSON object at `url`. Raises ProviderUnavailable."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with _failures():
            answer = await self.client().request("GET", url, headers=headers, withhold_token=True)
            if answer.status_code != 200:
                raise ProviderUnavailable(f"HTTP {answer.status_code}")
            return _json_object(answer.content)

    async def token(self, client: AsyncOAuth2Client, url: str, form: Mapping[str, str]) -> dict[str, Any]:
        """What the code is worth. Raises ProviderUnavailable, CodeRefused."""
        client.register_compliance_hook("access_token_response", _checked)
        async with _failures():
            try:
                answer: dict[str, Any] = await client.fetch_token(url, grant_type="authorization_code", **form)
            except (ValueError, TypeError):  # Authlib, of a number that is none
                raise ProviderUnavailable("a token that is not to be understood") from None
            return answer

    async def close(self) -> None:
        await self._transport.aclose()


@asynccontextmanager
async def _failures() -> AsyncIterator[None]:
    """Whatever goes wrong on the way, as ProviderUnavailable with the reason for the log."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT):
            yield
    except AuthlibBaseError as error:
        if error.error in _CONFIGURATION:
            raise ProviderUnavailable(f"the token endpoint says {error.error}") from None
        raise CodeRefused from None
    except TimeoutError:
        raise ProviderUnavailable("timeout") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise ProviderUnavailable(type(error).__name__) from None


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code not in _TOKEN_STATUSES:
        raise ProviderUnavailable(f"the token endpoint answers HTTP {answer.status_code}")
    said = _json_object(answer.content)
    if answer.status_code != 200 and not isinstance(said.get("error"), str):
        raise ProviderUnavailable(f"the token endpoint answers HTTP {answer.status_code}")
    return answer


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        raise ProviderUnavailable("an answer that is no JSON") from None
    if not isinstance(said, dict):
        raise ProviderUnavailable("an answer that is no JSON object")
    return said


class _Bounded(httpx2.AsyncHTTPTransport):
    """Authlib reads whole answers, so that endless ones must end here."""

    def __init__(self) -> None:
        limits = httpx2.Limits(max_connections=16, max_keepalive_connections=4, keepalive_expiry=4.0)
        super().__init__(limits=limits, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.DecodingError("packed, though nobody asked for that", request=request)
        response.stream = _BoundedStream(response.stream)
        return response


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for part in self._stream:
            length += len(part)
            if length > LARGEST_ANSWER:
                raise httpx2.ReadError("too long an answer")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
