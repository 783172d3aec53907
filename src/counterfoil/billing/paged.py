"""One page of a list that was read whole, as the API shows it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")


class Paged(Struct, Generic[Item], frozen=True):
    """`page` counts from 1."""

    items: tuple[Item, ...]
    page: int
    page_size: int
    total: int
    as_of: datetime


def page_of(items: Sequence[Item], page: int, page_size: int, as_of: datetime) -> Paged[Item]:
    start = (page - 1) * page_size
    return Paged(tuple(items[start : start + page_size]), page, page_size, len(items), as_of)
