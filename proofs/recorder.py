"""Takes down what happens while it happens, cheaply: each distinct body is kept and read once."""

import asyncio
import time
from collections import Counter
from typing import NoReturn

from proofs.events import Clear, Edit, Read, Shown, Trouble
from proofs.statements import NotWholeError, Statement, read_statement
from proofs.truth import Truth

WATCHED_EVERY = 0.02
"""Seconds between two looks at whether this machine is late, and the least that counts."""


class Recorder:
    def __init__(self) -> None:
        self.reads: list[Read] = []
        self.clears: list[Clear] = []
        self.troubles: list[Trouble] = []
        self.edits: list[Edit] = []
        self.faults: Counter[str] = Counter()
        self.statements: list[tuple[int, Statement | int]] = []
        """By the number that a read has in `shown`: the client, and what was said to it, or the id not found."""
        self._known: dict[tuple[str, int, bytes], tuple[int, str]] = {}
        self.unix = time.time() - time.monotonic()
        self.began = time.monotonic()
        self.stalls: list[tuple[float, float]] = []
        self.busy: dict[int, list[tuple[float, float]]] = {}

    async def watch_the_machine(self) -> NoReturn:
        """Notes when it let this process not run: then the portals did not run either."""
        while True:
            before = time.monotonic()
            await asyncio.sleep(WATCHED_EVERY)
            late = time.monotonic() - before - WATCHED_EVERY
            if late > WATCHED_EVERY:
                self.stalls.append((before, late))

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def shown(self, what: str, client: int, body: bytes) -> tuple[int, str]:
        """The number of a body, and what is wrong with it."""
        key = (what, client, body)
        if key not in self._known:
            self._known[key] = self._read(what, client, body)
        return self._known[key]

    def _read(self, what: str, client: int, body: bytes) -> tuple[int, str]:
        try:
            return self._add(client, read_statement(what, body)), ""
        except NotWholeError as error:
            return -1, str(error)

    def missing(self, client: int, invoice: int) -> int:
        return self._add(client, invoice)

    def _add(self, client: int, said: Statement | int) -> int:
        self.statements.append((client, said))
        return len(self.statements) - 1

    def resolved(self, truth: Truth) -> list[Shown]:
        return [
            truth.missing(client, said)
            if isinstance(said, int)
            else truth.resolve(client, said, said.as_of - self.unix)
            for client, said in self.statements
        ]
