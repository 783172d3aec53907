"""What the portal keeps is compared with WHMCS now and then, and its operator is told what came of it."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.stack import Stack, running_stack

PATIENCE = 200.0
"""One of what a look finds is compared, by chance, every ten seconds."""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Stack]:
    with running_stack(tmp_path, cache_check_one_in="1", log_format="json") as stack:
        yield stack


def counted(portal: Stack, outcome: str) -> float:
    """How many checks ended so."""
    text = httpx2.get(f"{portal.url}/metrics", timeout=60).text
    found = re.search(rf'^counterfoil_cache_events_total{{event="checks_{outcome}"}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def change(portal: Stack, invoice: int, notes: str) -> str:
    """And nobody is told. Not its status: that the list, read anew after 90 s, would tell."""
    portal.sandbox.control("PATCH", f"invoices/{invoice}", {"notes": notes, "tell": False})
    return notes


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.mark.timeout(500)
def test_what_nobody_told_of_is_found(portal: Stack) -> None:
    """A change whose webhook is lost is counted with its age, logged without what it is, and shown."""
    number = portal.sandbox.notable("ada.overdue")
    path = f"/api/v1/invoices/{number}"
    with portal.visitor("ada@example.com") as ada:

        def read_some() -> None:
            # Half of what is found there is about the one that will change. Another query is another response.
            for _ in range(4):
                assert ada.get(f"{path}?at={time.time_ns()}").status_code == 200

        def is_counted(outcome: str) -> bool:
            read_some()
            return counted(portal, outcome) > 0

        until(lambda: is_counted("same"), "nothing was compared")
        notes = change(portal, number, "By courier")
        assert ada.get(path).json()["notes"] != notes

        def is_found() -> bool:
            nonlocal notes
            if is_counted("stale"):
                return True
            if ada.get(path).json()["notes"] == notes:
                # Read anew for a reason of its own, such as a machine that stood still: there is nothing to find.
                notes = change(portal, number, notes + " again")
            return False

        until(is_found, "the change was not found")
        until(lambda: ada.get(path).json()["notes"].startswith("By courier"), "what was found is not shown")
        text = httpx2.get(f"{portal.url}/metrics", timeout=60).text
    assert re.search(r"^counterfoil_cache_stale_seconds_total [1-9.]", text, re.MULTILINE)
    ahead = re.search(r"^counterfoil_cache_clock_ahead_seconds (\S+)$", text, re.MULTILINE)
    assert ahead
    assert abs(float(ahead[1])) < 1
    lines = [line for line in portal.portal.output().splitlines() if "cache_mismatch" in line]
    assert lines
    assert not any("courier" in line or "example.com" in line for line in lines)
