"""A session that ends while a page of it is open."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stack import running_stack
from tests.web.streams import open_events


def test_a_stream_ends_when_its_session_is_over(tmp_path: Path) -> None:
    """Nobody did anything for half an hour: within half a minute the open page hears no more, and cannot come back."""
    with running_stack(tmp_path) as stack, stack.visitor("ada@example.com") as ada, open_events(ada) as page:
        page.next()
        with sqlite3.connect(tmp_path / "portal.db") as database:
            long_ago = datetime.now(UTC) - timedelta(minutes=31)
            database.execute("UPDATE session SET last_seen_at = ?", (long_ago.strftime("%Y-%m-%d %H:%M:%S.%f"),))
        with pytest.raises(StopIteration):
            page.next()
        stack.sandbox.tell("user.updated", user_id=1)
        assert ada.get("/api/v1/events").status_code == 401
