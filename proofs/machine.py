"""How busy the machine was with a portal: seconds in which its threads ran, or could have run and had to wait."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import NoReturn

from proofs.fleet import Portal

EVERY = 0.1
"""Seconds between two looks."""


async def watch(portals: list[Portal], busy: dict[int, list[tuple[float, float]]]) -> NoReturn:
    """Notes for each portal the moments of its looks, and the seconds that had added up by then."""
    before: dict[int, dict[Path, float]] = {portal.number: {} for portal in portals}
    total = dict.fromkeys(before, 0.0)
    while True:
        for portal in portals:
            now = _of_threads(portal) if portal.is_up else {}
            known = before[portal.number]
            total[portal.number] += sum(max(0.0, seconds - known.get(thread, 0.0)) for thread, seconds in now.items())
            before[portal.number] = now
            busy.setdefault(portal.number, []).append((time.monotonic(), total[portal.number]))
        await asyncio.sleep(EVERY)


def _of_threads(portal: Portal) -> dict[Path, float]:
    """Of the workers, which are the children of what was started."""
    found = {}
    with contextlib.suppress(OSError, ValueError):
        main = portal.child.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
        for thread in [thread for child in children for thread in Path(f"/proc/{child}/task").iterdir()]:
            with contextlib.suppress(OSError, ValueError):
                ran, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
                found[thread] = (int(ran) + int(waited)) / 1e9
    return found
