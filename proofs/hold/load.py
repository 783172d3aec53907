"""Callers: honest ones, whose answers are timed, and those who keep a portal busy. In threads of their own."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2

PAUSE = 0.01
"""Seconds between two requests of an honest caller."""


@dataclass
class Seen:
    """What honest callers saw."""

    times: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def p99(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.99)] if self.times else float("inf")

    @property
    def median(self) -> float:
        return sorted(self.times)[len(self.times) // 2] if self.times else float("inf")


def read_for(url: str, path: str, seconds: float, cookies: Mapping[str, str]) -> Seen:
    """One honest caller. A status from 500 on is a failure, and so is no answer."""
    seen = Seen()
    ends = time.monotonic() + seconds
    with httpx2.Client(base_url=url, cookies=dict(cookies), timeout=60) as client:
        while time.monotonic() < ends:
            began = time.monotonic()
            try:
                seen.failed += client.get(path).status_code >= 500
            except httpx2.HTTPError:
                seen.failed += 1
            seen.times.append(time.monotonic() - began)
            time.sleep(PAUSE)
    return seen


@contextmanager
def attacked(times: int, once: Callable[[httpx2.Client, int], object], url: str) -> Iterator[None]:
    """`times` callers who do `once` with the number of the round, again and again, whatever they get."""
    over = threading.Event()

    def go_on() -> None:
        number = 0
        with httpx2.Client(base_url=url, timeout=60) as client:
            while not over.is_set():
                number += 1
                try:
                    once(client, number)
                except httpx2.HTTPError:
                    time.sleep(PAUSE)

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(times)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=35)


def until(what: Callable[[], bool], within: float) -> tuple[bool, float]:
    """Whether it did not happen, and after how many seconds it did."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > within:
            return True, within
        time.sleep(0.02)
    return False, time.monotonic() - began
