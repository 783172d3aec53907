"""What the portal has recorded of people who went to pay is taken out of its own database."""

import sqlite3
from contextlib import closing

from tests.stack import Stack


def forget_payments(stack: Stack) -> None:
    """For a portal on SQLite. What its cache holds of the pages is the caller's to clear."""
    with closing(sqlite3.connect(stack.folder / "portal.db", isolation_level=None)) as database:
        database.execute("DELETE FROM payment_attempt")
