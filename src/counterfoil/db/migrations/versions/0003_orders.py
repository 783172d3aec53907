"""Orders, what happened to each, and what only one process may do at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _order()
    op.create_table(
        "order_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.Text, sa.ForeignKey("portal_order.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
    )
    op.create_index("ix_order_event_order_id", "order_event", ["order_id"])
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", _TIME, nullable=False),
    )


def _order() -> None:
    op.create_table(
        "portal_order",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("client_id", sa.BigInteger),
        sa.Column("idempotency_key", sa.Text),
        sa.Column("body_hash", sa.Text),
        sa.Column("gateway", sa.Text, nullable=False),
        sa.Column("items", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", _TIME),
        sa.Column("struggling_since", _TIME),
        sa.Column("owner", sa.Text),
        sa.Column("lease_until", _TIME),
        sa.Column("error_code", sa.Text),
        sa.Column("salesforce_id", sa.Text, unique=True),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("intent_at", _TIME),
        sa.Column("newest_before", sa.BigInteger),
        sa.Column("placing_client_id", sa.BigInteger, unique=True),
        sa.Column("whmcs_order_id", sa.BigInteger),
        sa.Column("whmcs_invoice_id", sa.BigInteger),
        sa.Column("whmcs_service_ids", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.UniqueConstraint("client_id", "idempotency_key"),
    )
    op.create_index("ix_portal_order_client_id", "portal_order", ["client_id"])
    op.create_index("ix_portal_order_due_at", "portal_order", ["due_at"])
    op.create_index("ix_portal_order_whmcs_order_id", "portal_order", ["whmcs_order_id"])
