"""Views of staff, and the invoice that a webhook was about."""

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
