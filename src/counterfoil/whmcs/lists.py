"""How a list of WHMCS's is read whole, over all its pages, or not at all."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.interpreting import interpreting, read_apart
from counterfoil.whmcs.wire import paging
from counterfoil.whmcs.wire.values import Row, Untrustworthy

_T = TypeVar("_T")

PAGE = 250
"""Rows a call where everything is wanted. WHMCS's own default is 25."""
MOST_PAGES = 40


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
