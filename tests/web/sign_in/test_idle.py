"""The idle limit comes while a tab is open: what a page does by itself is nothing that somebody did."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import httpx2
import pytest

from tests.stack import Stack

BY_ITSELF = {"x-counterfoil-by-itself": "1"}
WAYS: dict[str, Callable[[httpx2.Client], object]] = {
    "a page that reads itself again": lambda ada: ada.get("/invoices", headers=BY_ITSELF),
    "a page that does so without a script": lambda ada: ada.get("/invoices?by-itself=1"),
    "a tab that is looked at again": lambda ada: ada.get("/return/invoices"),
    "a live stream": lambda ada: ada.stream("GET", "/api/v1/events").__enter__().close(),
    "the server's clock": lambda ada: ada.head("/healthz"),
}


def seen(portal: Stack, change: str = "") -> list[str]:
    """When the sessions' people did something, by the portal's database."""
    with closing(sqlite3.connect(portal.folder / "portal.db", isolation_level=None, timeout=20)) as database:
        if change:
            database.execute("UPDATE session SET last_seen_at = strftime(?, 'now', '-10 minutes')", (change,))
        return [str(row[0]) for row in database.execute("SELECT last_seen_at FROM session")]


@pytest.mark.parametrize("way", WAYS)
def test_nobody_did_anything(portal: Stack, way: str) -> None:
    """Then somebody does, and is seen."""
    with portal.visitor("ada@example.com") as ada:
        before = seen(portal, "%Y-%m-%d %H:%M:%S.000000")
        WAYS[way](ada)
        assert seen(portal) == before
        ada.get("/invoices?view=overdue").raise_for_status()
        assert seen(portal) != before
