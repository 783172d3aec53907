"""One call to WHMCS: credentials, time limit, retries, and what becomes of a failure. Which actions there are: api.py.

A call passes the breaker and the concurrency limit, is posted, decoded, and maybe tried again; whatever does not end in
a whole answer becomes BillingUnavailable for the customer and one log line for the operator.
"""

import asyncio
import math
import random
import time
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import structlog

from counterfoil import log
from counterfoil.errors import BillingUnavailable, RecordUnreadable
from counterfoil.tracing import NoTracing, Span, Tracing
from counterfoil.whmcs.answer import LARGE
from counterfoil.whmcs.breaker import Breaker, Permit
from counterfoil.whmcs.concurrency import ConcurrencyLimit
from counterfoil.whmcs.connection import Connection, Reply
from counterfoil.whmcs.failures import ABOUT_THE_TEXT, FOR_THE_OPERATOR, Failure
from counterfoil.whmcs.health import Health
from counterfoil.whmcs.replies import WhmcsRefused, read

__all__ = ["WhmcsClient", "WhmcsRefused"]

_log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 3
BACKOFF = 0.25
"""Seconds before the second attempt, at most; twice that before the third. The real wait is random below it."""

_XML = "xml"

_CLIENT = ("clientid", "userid", "client_id")
"""How WHMCS's actions call the client whom they are about."""


class _Progress:
    """How far one call has come, for the log line and the breaker."""

    def __init__(
        self, action: str, now: float, whose: Hashable, *, write: bool, free_text: bool, from_stranger: bool
    ) -> None:
        self.action, self.write, self.began, self.whose = action, write, now, whose
        self.free_text, self.from_stranger = free_text, from_stranger
        self.request_id = log.request_id.get() or log.new_request_id()
        """Whose failure it is, if it fails: others may meet it as well."""
        self.attempts = 0
        self.question = 0
        self.permit: Permit | None = None
        self.span: Span | None = None
        self.granted = 0.0
        """Seconds that were left for the attempt under way when it was sent."""


class WhmcsClient:
    """Calls to one WHMCS installation. Owns its connections: `close()` it."""

    def __init__(
        self,
        *,
        url: str,
        identifier: str,
        secret: str,
        access_key: str = "",
        timeout: float = 10.0,
        max_concurrency: int = 8,
        clock: Callable[[], float] = time.monotonic,
        tracing: Tracing | None = None,
    ) -> None:
        """`timeout`: seconds for one call, with waiting and all retries. `clock` drives breaker and queue."""
        self.url = url.rstrip("/")
        self._credentials = {"identifier": identifier, "secret": secret, "responsetype": "json"}
        if access_key:
            self._credentials["accesskey"] = access_key
        self._timeout, self._clock = timeout, clock
        self._tracing = tracing or NoTracing()
        self._connection = Connection(self.url, timeout, max_concurrency)
        self._concurrency = ConcurrencyLimit(max_concurrency, clock)
        self._breaker = Breaker(clock)
        self.health = Health(self._concurrency, self._breaker)

    async def close(self) -> None:
        await self._connection.close()

    async def call(
        self,
        action: str,
        params: Mapping[str, str | int] = MappingProxyType({}),
        *,
        write: bool = False,
        free_text: bool = False,
        from_stranger: bool = False,
        whose: Hashable = None,
    ) -> dict[str, Any]:
        """WHMCS's answer, `result: success`, otherwise as it came.

        A `write` is sent at most once; a read that WHMCS cannot put into JSON is asked for again, as XML. `free_text`:
        somebody outside chose what is said. `from_stranger`: by somebody who is not signed in, `whose`: who waits for
        it, if not the client that `params` name (concurrency.py). Raises WhmcsRefused (an error answer), and
        BillingUnavailable with the arguments action, reason and hint (failures.py).
        """
        whose = next((params[name] for name in _CLIENT if name in params), None) if whose is None else whose
        progress = _Progress(
            action, self._clock(), whose, write=write, free_text=free_text, from_stranger=from_stranger
        )
        with self._tracing.span(f"WHMCS {action}") as progress.span:
            return await self._answer(progress, self._form(action, params))

    async def _answer(self, progress: _Progress, form: Mapping[str, str]) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._timeout) as limit:
                progress.question = hash(frozenset(form.items()))
                answer = await self._persist(progress, form, limit)
        except TimeoutError:
            failure = self._timed_out(progress)
        except Failure as error:
            failure = error
        except WhmcsRefused:
            self._count(progress, "refused")
            raise
        except BaseException:
            # The caller went away. What WHMCS would have said is not known.
            if progress.permit:
                self._breaker.abandoned(progress.permit)
            raise
        else:
            self._count(progress, "ok")
            return answer
        raise self._unavailable(progress, failure)

    def _form(self, action: str, params: Mapping[str, str | int]) -> dict[str, str]:
        # WHMCS reads the strings "true" and "false" both as true.
        given = {key: str(int(value)) if isinstance(value, bool) else str(value) for key, value in params.items()}
        return {**given, **self._credentials, "action": action}

    async def _persist(self, progress: _Progress, form: Mapping[str, str], limit: asyncio.Timeout) -> dict[str, Any]:
        while True:
            try:
                return await self._attempt(progress, form, limit)
            except Failure as failure:
                if failure.reason == "not_encodable" and not progress.write and form["responsetype"] != _XML:
                    _log.warning("WHMCS cannot write JSON, asked for XML", action=progress.action, hint=failure.hint)
                    form = {**form, "responsetype": _XML}
                    continue
                backoff = BACKOFF * 2 ** (progress.attempts - 1) * random.random()  # noqa: S311 spreads load, no secret
                if not self._may_repeat(progress, failure) or backoff >= _left(limit):
                    raise
            self.health.retries += 1
            await asyncio.sleep(backoff)

    def _may_repeat(self, progress: _Progress, failure: Failure) -> bool:
        return (
            failure.kind.again and not progress.write and progress.attempts < MOST_ATTEMPTS and not self._breaker.wait
        )

    async def _attempt(self, progress: _Progress, form: Mapping[str, str], limit: asyncio.Timeout) -> dict[str, Any]:
        if self._breaker.wait:
            raise Failure("paused")
        async with self._concurrency.place(_left(limit), progress.whose, from_stranger=progress.from_stranger) as place:
            # The breaker may have opened while we waited.
            progress.permit = self._breaker.admit()
            if progress.permit is None:
                raise Failure("paused")
            progress.attempts, progress.granted = progress.attempts + 1, _left(limit)
            sent = place.work = self._connection.send(form)
            # A write ends with whoever waits for it: it must not reach WHMCS after they have looked whether it did.
            coming = sent if progress.write else asyncio.shield(sent)
            return await self._judged(progress, progress.permit, coming, as_xml=form["responsetype"] == _XML)

    async def _judged(
        self, progress: _Progress, permit: Permit, coming: asyncio.Future[Reply], *, as_xml: bool
    ) -> dict[str, Any]:
        """What comes of one POST is told to the breaker, and the permit is used up."""
        try:
            reply = await coming
            made = partial(read, progress.action, reply, as_xml=as_xml)
            answer = await asyncio.to_thread(made) if len(reply.body) > LARGE else made()
        except Failure as failure:
            progress.permit = None
            if progress.free_text and failure.reason in ABOUT_THE_TEXT:
                self._breaker.abandoned(permit)
            elif failure.is_outage:
                self._breaker.failed(permit, failure, progress.question, progress.request_id)
            else:
                self._breaker.succeeded(permit)
            raise
        except WhmcsRefused:
            progress.permit = None
            self._breaker.succeeded(permit)
            raise
        progress.permit = None
        self._breaker.succeeded(permit)
        return answer

    def _timed_out(self, progress: _Progress) -> Failure:
        failure = Failure("timeout")
        if progress.permit and progress.granted >= self._timeout / 2:
            self._breaker.failed(progress.permit, failure, progress.question, progress.request_id)
            return failure
        # Most of the time went by in our own queue or pauses, so it says nothing about WHMCS.
        if progress.permit:
            self._breaker.abandoned(progress.permit)
        return failure if progress.attempts > 1 else Failure("queue_full")

    def _count(self, progress: _Progress, outcome: str) -> float:
        seconds = self._clock() - progress.began
        self.health.count(progress.action, outcome, seconds)
        if progress.span is not None:
            progress.span.say("counterfoil.outcome", outcome)
            progress.span.say("counterfoil.attempts", progress.attempts)
        return seconds

    def _unavailable(self, progress: _Progress, failure: Failure) -> BillingUnavailable:
        seconds = self._count(progress, failure.reason)
        # While WHMCS is left alone, the line that said so is enough; one for each caller would bury it.
        level = "debug" if failure.reason == "paused" else "error" if failure.reason in FOR_THE_OPERATOR else "warning"
        getattr(_log, level)(
            "WHMCS call failed",
            action=progress.action,
            reason=failure.reason,
            status=failure.status,
            meaning=failure.meaning,
            hint=failure.hint,
            seconds=round(seconds, 3),
            attempts=progress.attempts,
            request_id=progress.request_id,
        )
        kind = RecordUnreadable if failure.reason == "not_encodable" else BillingUnavailable
        error = kind(progress.action, failure.reason, failure.hint)
        error.first = self._breaker.because if failure.reason == "paused" else progress.request_id
        error.retry_after = max(BillingUnavailable.retry_after, math.ceil(self._breaker.wait))
        return error


def _left(limit: asyncio.Timeout) -> float:
    until = limit.when()
    return math.inf if until is None else until - asyncio.get_running_loop().time()
