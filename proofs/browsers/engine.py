"""What a browser of any engine is asked for. Clicks and keys are a person's: they reach whatever lies there."""

import time
from collections.abc import Callable
from typing import Any, Protocol

PATIENCE = 60.0
"""Seconds for anything that a page does: the machine may be busy."""

Keys = list[dict[str, Any]]
"""Of one input device, as WebDriver's actions have them; the same in the classic protocol and in BiDi."""


class Engine(Protocol):
    def open(self, url: str) -> None: ...

    def call(self, function: str, *arguments: Any) -> Any:
        """A function of JavaScript's in the page, and what it returns. None while one page is left for another."""
        ...

    def act(self, kind: str, steps: Keys) -> None:
        """`kind`: "pointer" or "key"."""
        ...

    def tabs(self) -> list[str]: ...

    def switch(self, tab: str) -> None: ...

    def close(self) -> None: ...


def click(engine: Engine, x: float, y: float) -> None:
    at = {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0, "origin": "viewport"}
    engine.act("pointer", [at, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}])


def write(engine: Engine, text: str) -> None:
    engine.act("key", [{"type": each, "value": letter} for letter in text for each in ("keyDown", "keyUp")])


def until(what: str, question: Callable[[], Any]) -> Any:
    """What it answers, once it is not empty. Pages are left meanwhile: then there is nothing to ask for a moment."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := question()):
        assert time.monotonic() < deadline, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.1)
    return answer
