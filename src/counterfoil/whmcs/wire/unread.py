"""What becomes of a value that cannot be read and carries neither money nor identity: the row is shown without it.

The row names what is missing, and the operator is told once for each answer. The rule: docs/money.md and ADR 12.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from counterfoil.whmcs.wire.values import Row, Untrustworthy, day, moment, switch, text

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class Unread:
    """Of one answer, whose rows are `noun`s."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._lost: dict[str, int] = {}
        """WHMCS's names, each with the id of the first row that it is about."""

    def row(self, row: Any, row_id: int, zone: ZoneInfo | None = None) -> "UnreadRow":
        return UnreadRow(self, row, row_id, zone)

    def note(self, key: str, row_id: int) -> None:
        self._lost.setdefault(key, row_id)

    def warn(self) -> None:
        if self._lost:
            _log.warning("WHMCS has values that cannot be read, shown without them", noun=self._noun, fields=self._lost)


class UnreadRow:
    """`names` are ours, of what this row is shown without."""

    def __init__(self, answer: Unread, row: Any, row_id: int, zone: ZoneInfo | None) -> None:
        self._answer, self._row, self._id = answer, row, row_id
        self._zone = zone or ZoneInfo("UTC")
        self._names: list[str] = []

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def lack(self, name: str) -> None:
        """A value that can be read, but says nothing that is known: whoever finds it says so in the log."""
        self._names.append(name)

    def get(self, name: str, key: str, read: Callable[[Row, str], _T]) -> _T | None:
        try:
            return read(self._row, key)
        except Untrustworthy:
            self._names += [] if name in self._names else [name]
            self._answer.note(key, self._id)
            return None

    def text(self, name: str, key: str) -> str:
        return self.get(name, key, text) or ""

    def day(self, name: str, key: str) -> date | None:
        return self.get(name, key, lambda row, key: day(row, key, self._zone))

    def moment(self, name: str, key: str) -> datetime | None:
        return self.get(name, key, lambda row, key: moment(row, key, self._zone))

    def switch(self, name: str, key: str) -> bool:
        return bool(self.get(name, key, switch))
