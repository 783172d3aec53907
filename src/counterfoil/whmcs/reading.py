"""What WHMCS's API methods share: lists are read whole, and what cannot be trusted becomes BillingUnavailable."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import structlog

from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs import paging
from counterfoil.whmcs.answer import LargeAnswer
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import KINDS
from counterfoil.whmcs.wire.values import Row, Untrustworthy

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")
_Read = TypeVar("_Read")

PAGE = 250
"""Rows a call where everything is wanted. WHMCS's own default is 25."""
MOST_PAGES = 40


def real(whmcs_id: int) -> int:
    if whmcs_id < 1:
        raise ValueError("WHMCS takes an id of 0 as no condition at all")
    return whmcs_id


async def read_apart(answer: Row, read: Callable[[Row], _Read]) -> _Read:
    """What `read` makes of it; a large one is read in a thread, so that nobody else waits for it."""
    return await asyncio.to_thread(read, answer) if isinstance(answer, LargeAnswer) else read(answer)


async def everything(
    client: WhmcsClient, action: str, params: Mapping[str, str | int], read: Callable[[Row], Sequence[_T]]
) -> list[_T]:
    """All pages of a list."""
    found: list[_T] = []
    with interpreting(action):
        for _ in range(MOST_PAGES):
            answer = await client.call(action, {**params, "limitstart": len(found), "limitnum": PAGE})
            page = await read_apart(answer, read)
            total = paging.total(answer, len(page), len(found), PAGE)
            found.extend(page)
            if len(found) >= total:
                return found
        raise Untrustworthy("more pages than there can be")


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


_Row = TypeVar("_Row", bound=_Numbered)


def none_twice(found: Sequence[_Row]) -> tuple[_Row, ...]:
    """Raises Untrustworthy when the list moved between two pages: what came twice stands for what was left out."""
    if len({row.id for row in found}) != len(found):
        raise Untrustworthy("a row twice")
    return tuple(found)


@contextmanager
def interpreting(action: str) -> Iterator[None]:
    """Turns what only this room understands into BillingUnavailable and a log line."""
    try:
        yield
    except Untrustworthy as problem:
        raise unavailable(action, "untrustworthy", str(problem)) from None
    except WhmcsRefused:
        raise unavailable(action, "refused", "an error that the portal does not expect here") from None


def unavailable(action: str, reason: str, problem: str) -> BillingUnavailable:
    hint = KINDS[reason].hint
    _log.warning("WHMCS answer not usable", action=action, reason=reason, problem=problem, hint=hint)
    return BillingUnavailable(action, reason, hint)
