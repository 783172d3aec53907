"""The audit trail, and the row that says where it begins and ends."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("personal", sa.Text),
        sa.Column("salt", sa.Text),
        sa.Column("personal_digest", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    for column in ("account_id", "client_id", "at"):
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column])
    head = op.create_table(
        "audit_head",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("before", sa.BigInteger, nullable=False),
        sa.Column("before_hash", sa.Text, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("last_hash", sa.Text, nullable=False),
    )
    op.bulk_insert(head, [{"name": "head", "before": 0, "before_hash": "0" * 64, "last": 0, "last_hash": "0" * 64}])
