"""People, their sessions, what staff linked, and the events received."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _staff_decisions()
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("held_at", _TIME),
    )
    op.create_index("ix_webhook_event_received_at", "webhook_event", ["received_at"])


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("whmcs_user_id", sa.BigInteger),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("signed_in_at", _TIME, nullable=False),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_index("ix_account_whmcs_user_id", "account", ["whmcs_user_id"])
    op.create_table(
        "session",
        sa.Column("id_hash", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("last_seen_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])


def _staff_decisions() -> None:
    op.create_table(
        "link",
        sa.Column("email", sa.Text, primary_key=True),
        sa.Column("client_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_table(
        "staff",
        sa.Column("email", sa.Text, primary_key=True),
        sa.Column("created_at", _TIME, nullable=False),
    )
