"""The tables of the audit trail. How they hang together: audit/chain.py."""

from sqlalchemy import BigInteger, Column, Index, Table

from counterfoil.db.columns import PlainText, UtcTime, metadata

# The audit trail: audit/chain.py. Nothing here ever changes, but what is forgotten about a person is taken out.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("action", PlainText, nullable=False),
    Column("by", PlainText, nullable=False),
    Column("account_id", BigInteger, index=True),
    Column("client_id", BigInteger, index=True),
    Column("details", PlainText, nullable=False),  # JSON
    # JSON; empty when there is none, or when it was forgotten.
    Column("personal", PlainText),
    Column("salt", PlainText),
    Column("personal_digest", PlainText, nullable=False),
    Column("hash", PlainText, nullable=False),
    Index("ix_audit_entry_at", "at"),
)

# One row: where the chain begins (what came before was let go) and where it ends. It is also the lock for adding.
audit_head = Table(
    "audit_head",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("before", BigInteger, nullable=False),
    Column("before_hash", PlainText, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("last_hash", PlainText, nullable=False),
)
