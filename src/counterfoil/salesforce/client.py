"""One call to Salesforce's REST API: token, time limit, retries, and what becomes of a failure. Which calls: api.py."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2
import msgspec
import structlog
from msgspec import Struct

from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce.failures import KINDS, OTHER, CrmRefused, meaning
from counterfoil.salesforce.quota import CallRecord, Quota
from counterfoil.salesforce.token import SignIn
from counterfoil.tracing import NoTracing, Span, Tracing

_log = structlog.get_logger(__name__)

VERSION = "v66.0"
"""Of the API. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/"""

TIMEOUT = 20.0
"""Seconds for one call, with its retries."""
MOST_TRIES = 4
BACKOFF = 0.25
"""Seconds before the second try, at most; doubled each time."""
LARGEST_ANSWER = 8 * 1024 * 1024
PAUSE_WHEN_SPENT = 600.0
"""Seconds for which nothing is asked after Salesforce said that the day's calls are used up."""


class _Error(Struct):
    message: str = ""
    errorCode: str = ""  # noqa: N815 - Salesforce's spelling


_errors = msgspec.json.Decoder(list[_Error])


class _Again(Exception):
    """A failure that another try may mend; `reason` is for the log. `token` when the sign-in is what failed."""

    def __init__(self, reason: str, *, token: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.token = reason, token


class SalesforceClient:
    """Owns its connections: `close()` it. `share`: the part of the day's API calls that the installation may use, of
    which all processes keep one `record`.
    """

    def __init__(
        self,
        *,
        url: str,
        client_id: str,
        username: str,
        private_key: str,
        share: float = 1.0,
        record: CallRecord | None = None,
        clock: Callable[[], float] = time.monotonic,
        tracing: Tracing | None = None,
    ) -> None:
        self._http = httpx2.AsyncClient(
            headers={"User-Agent": "Counterfoil", "Accept": "application/json"},
            timeout=httpx2.Timeout(TIMEOUT, connect=5.0),
            limits=httpx2.Limits(max_connections=16, keepalive_expiry=30.0),
            follow_redirects=False,
            trust_env=False,
        )
        self.sign_in = SignIn(self._http, url=url, client_id=client_id, username=username, private_key=private_key)
        self._clock = clock
        self._tracing = tracing or NoTracing()
        self._paused_until = 0.0
        self.quota = Quota(share, record, clock)
        self.outcomes: Counter[str] = Counter()
        """Calls with their retries, by "ok" or the reason why there was no answer."""
        self._is_away = False

    def upstream(self) -> str:
        """In the words of /readyz, by the last call."""
        if self.quota.is_share_spent or self._clock() < self._paused_until:
            return "degraded"
        return "away" if self._is_away else "ok"

    async def close(self) -> None:
        await self._http.aclose()

    async def call(self, method: str, path: str, body: object = None, *, repeatable: bool = True) -> Any:
        """The JSON of the answer, None when it has none. `path` is below the version, or absolute (`nextRecordsUrl`).

        What is not `repeatable` is sent once, whatever comes back: whoever calls looks before it tries again. Raises
        CrmRefused when asking again is of no use, CrmUnavailable otherwise.
        """
        with self._tracing.span(f"Salesforce {method} {_action(path)}") as span:
            try:
                answer = await self._in_time(method, path, body, repeatable)
            except CrmUnavailable as error:
                self._is_away = True
                self._count(span, str(error.args[1]))
                raise
            except CrmRefused as refusal:
                self._is_away = False
                self._count(span, refusal.reason)
                raise
            self._is_away = False
            self._count(span, "ok")
            return answer

    def _count(self, span: Span, outcome: str) -> None:
        self.outcomes[outcome] += 1
        span.say("counterfoil.outcome", outcome)

    async def _in_time(self, method: str, path: str, body: object, repeatable: bool) -> Any:
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._persist(method, path, body, repeatable)
        except TimeoutError:
            raise self._unavailable(path, "timeout") from None

    async def _persist(self, method: str, path: str, body: object, repeatable: bool) -> Any:
        refused, tries = None, 0
        while True:
            if self._clock() < self._paused_until:
                raise self._unavailable(path, "DAY_IS_SPENT")
            await self.quota.settle()
            if self.quota.is_share_spent:
                raise self._unavailable(path, "SHARE_IS_SPENT")
            token = await self.sign_in.token(refused)
            tries += 1
            try:
                return await self._once(method, f"{token.instance_url}{_address(path)}", body, token.access_token)
            except _Again as failure:
                # An expired token is renewed once; a second refusal means that signing in is of no use.
                is_hopeless = failure.token and refused is not None
                if is_hopeless or tries >= MOST_TRIES or not repeatable:
                    if failure.token and not is_hopeless:
                        self.sign_in.forget(token)
                    raise self._unavailable(path, failure.reason) from None
                if failure.token:
                    refused = token
                    continue
            await asyncio.sleep(BACKOFF * 2 ** (tries - 1) * random.random())  # noqa: S311 - spreads load, no secret

    async def _once(self, method: str, url: str, body: object, token: str) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.quota.count()
        content = msgspec.json.encode(body) if body is not None else None
        try:
            answer = await self._http.request(method, url, content=content, headers=headers)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise _Again(type(error).__name__) from None
        self.quota.note(answer.headers.get("sforce-limit-info", ""))
        if answer.status_code == 204:
            return None
        if len(answer.content) > LARGEST_ANSWER:
            raise CrmRefused("TOO_LARGE")
        if answer.status_code in {200, 201}:
            return _decoded(answer.content)
        raise self._failure(answer)

    def _failure(self, answer: httpx2.Response) -> Exception:
        status = answer.status_code
        if status in {301, 302, 303, 307, 308}:
            # The org moved, or its login expired on the way: signing in anew tells where it is.
            return _Again(f"HTTP_{status}", token=True)
        if status >= 500:
            return _Again(f"HTTP_{status}")
        return CrmRefused("AMBIGUOUS") if status == 300 else self._told(answer)

    def _told(self, answer: httpx2.Response) -> Exception:
        status = answer.status_code
        try:
            first = next(iter(_errors.decode(answer.content)), _Error())
        except msgspec.DecodeError:
            # A page of some proxy: it says nothing about the record, not even that it is not there.
            return _Again(f"HTTP_{status}")
        reason = meaning(status, first.errorCode, first.message)
        if reason == "DAY_IS_SPENT":
            self._paused_until = self._clock() + PAUSE_WHEN_SPENT
            return CrmUnavailable("quota", reason)
        if status == 401:
            return _Again(reason, token=True)
        kind = KINDS.get(reason, OTHER)
        if kind.later:
            # No second try: it lasts.
            return self._unavailable(answer.request.url.path.rpartition("/data/")[2].partition("/")[2], reason)
        return _Again(reason) if kind.again else CrmRefused(reason)

    def _unavailable(self, path: str, reason: str) -> CrmUnavailable:
        action = _action(path)
        hint = KINDS[reason].hint if reason in KINDS else ""
        usage = {"used": self.quota.used, "allowed": self.quota.allowed}
        _log.warning("Salesforce call failed", action=action, reason=reason, hint=hint, **usage)
        return CrmUnavailable(action, reason)


def _action(path: str) -> str:
    """Paths carry ids, and queries values: neither belongs into a line about an outage, or a trace."""
    return path.partition("?")[0].strip("/").partition("/")[0]


def _address(path: str) -> str:
    return path if path.startswith("/services/") else f"/services/data/{VERSION}/{path}"


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise _Again("broken JSON") from None
