"""What takes how long, told to whoever traces: rooms open spans around what they ask of others. Where nothing is traced
a span costs nothing worth measuring; who sends them: app/open_telemetry.py.

A span says what was done and what came of it. Never parameters, links, addresses or names of people.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Span(Protocol):
    def say(self, name: str, value: str | int) -> None:
        """An attribute. Of a few values, or a number."""


class Tracing(Protocol):
    def span(self, name: str, /) -> AbstractContextManager[Span]:
        """Within the one that is open in this task, or in the task that has begun it. An exception marks it."""


class Silent:
    """Nobody listens."""

    def say(self, name: str, value: str | int) -> None: ...


class NoTracing:
    def __init__(self) -> None:
        self._span = nullcontext(Silent())

    def span(self, name: str, /) -> AbstractContextManager[Span]:
        return self._span
