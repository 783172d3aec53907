"""Where a page of a list stands among the others."""

from typing import Any

from msgspec import Struct

from counterfoil.billing.paged import Paged


class Pager(Struct, frozen=True):
    path: str
    page: int
    page_size: int
    count: int
    total: int

    @classmethod
    def of(cls, path: str, shown: Paged[Any]) -> "Pager":
        return cls(path, shown.page, shown.page_size, len(shown.items), shown.total)

    @property
    def first(self) -> int:
        return (self.page - 1) * self.page_size + 1

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    @property
    def href(self) -> str:
        return self._to(self.page)

    @property
    def previous_href(self) -> str:
        return self._to(self.page - 1) if self.page > 1 else ""

    @property
    def next_href(self) -> str:
        return self._to(self.page + 1) if self.last < self.total else ""

    @property
    def last_href(self) -> str:
        return self._to(max(1, -(-self.total // self.page_size)))

    def _to(self, page: int) -> str:
        return f"{self.path}?page={page}" if page > 1 else self.path
