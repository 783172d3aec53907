"""Server-sent events as a test reads them: one connection, event by event, each wait bounded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx2


class Event(NamedTuple):
    id: str
    name: str
    data: str


class EventReader:
    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._blocks = _blocks(response)

    def next(self) -> Event:
        """The next event, comments left out. Raises StopIteration at the stream's end."""
        while True:
            fields = dict(line.split(": ", 1) for line in next(self._blocks) if not line.startswith(":"))
            if fields:
                return Event(fields.get("id", ""), fields.get("event", ""), fields.get("data", ""))

    def ended(self) -> bool:
        return next(self._blocks, None) is None


def _blocks(response: httpx2.Response) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in response.iter_lines():
        if line:
            lines.append(line)
        else:
            yield lines
            lines = []


@contextmanager
def open_events(client: httpx2.Client, last_event_id: str = "") -> Iterator[EventReader]:
    """Silence of 20 s fails the test."""
    headers = {"last-event-id": last_event_id} if last_event_id else {}
    with client.stream("GET", "/api/v1/events", headers=headers, timeout=20) as response:
        yield EventReader(response)
