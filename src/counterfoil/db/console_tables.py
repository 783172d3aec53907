"""The staff console's tables, as those in tables.py, whose rules hold here too."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from counterfoil.db.columns import PlainText, UtcTime
from counterfoil.db.tables import metadata

# Whose account a session of staff looks at: accounts/console/staff_views.py. `account_id` is 0 for who never signed in.
staff_view = Table(
    "staff_view",
    metadata,
    Column("session_id", ForeignKey("session.id_hash", ondelete="CASCADE"), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("user_id", BigInteger),
    Column("email", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("client_id", BigInteger, nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

# Errors that people were shown, for some days and in a bounded number: accounts/console/failures.py. `account_id` and
# `client_id` are 0 where nobody was known.
failure = Table(
    "failure",
    metadata,
    Column("reference", PlainText, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("client_id", BigInteger, nullable=False),
    Column("route", PlainText, nullable=False),
    Column("status", Integer, nullable=False),
    Column("code", PlainText, nullable=False),
    Column("cause", PlainText, nullable=False),
    Column("first", PlainText, nullable=False),
    Index("ix_failure_at", "at"),
)
