"""What WHMCS's API methods share: what cannot be trusted becomes BillingUnavailable and a log line."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import structlog

from counterfoil import log
from counterfoil.errors import AccountClosed, BillingUnavailable, RecordUnreadable
from counterfoil.whmcs.answer import LargeAnswer
from counterfoil.whmcs.client import WhmcsRefused
from counterfoil.whmcs.failures import KINDS
from counterfoil.whmcs.wire.values import Row, Untrustworthy

_log = structlog.get_logger(__name__)
_Read = TypeVar("_Read")


_NO_SUCH_CLIENT = ("Client Not Found", "Client ID Not Found", "Invalid client id", "Invalid client_id")
"""As several actions say it."""


def real_id(whmcs_id: int) -> int:
    if whmcs_id < 1:
        raise ValueError("WHMCS takes an id of 0 as no condition at all")
    return whmcs_id


async def read_apart(answer: Row, read: Callable[[Row], _Read]) -> _Read:
    """What `read` makes of it; a large one is read in a thread, so that nobody else waits for it."""
    return await asyncio.to_thread(read, answer) if isinstance(answer, LargeAnswer) else read(answer)


@contextmanager
def interpreting(action: str) -> Iterator[None]:
    """Turns what only this room understands into BillingUnavailable and a log line, but for a client that is gone: that
    is no outage. Raises AccountClosed for it.
    """
    try:
        yield
    except Untrustworthy as problem:
        raise unavailable(action, "untrustworthy", str(problem)) from None
    except WhmcsRefused as refusal:
        if refusal.says(*_NO_SUCH_CLIENT):
            raise AccountClosed from None
        raise unavailable(action, "refused", "an error that the portal does not expect here") from None


def unavailable(action: str, reason: str, problem: str) -> BillingUnavailable:
    """What contradicts itself is one record's fault; a refusal that nobody expects may be about anything."""
    hint = KINDS[reason].hint
    _log.warning("WHMCS answer not usable", action=action, reason=reason, problem=problem, hint=hint)
    kind = RecordUnreadable if reason == "untrustworthy" else BillingUnavailable
    error = kind(action, reason, hint)
    error.first = log.request_id.get()
    return error
