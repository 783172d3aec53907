"""Views of staff, the invoice that a webhook was about, and errors that people were shown."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_view",
        sa.Column("session_id", sa.Text, sa.ForeignKey("session.id_hash", ondelete="CASCADE"), primary_key=True),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("client_id", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.add_column("webhook_event", sa.Column("invoice_id", sa.BigInteger))
    op.create_index("ix_webhook_event_client_id", "webhook_event", ["client_id"])
    op.create_index("ix_webhook_event_invoice_id", "webhook_event", ["invoice_id"])
    op.create_table(
        "shown_error",
        sa.Column("reference", sa.Text, primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first", sa.Text, nullable=False),
    )
    for column in ("at", "account_id", "client_id"):
        op.create_index(f"ix_shown_error_{column}", "shown_error", [column])
