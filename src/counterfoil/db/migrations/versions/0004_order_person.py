"""Who placed an order: there is a limit for each person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("portal_order", sa.Column("account_id", sa.Integer))
    op.create_index("ix_portal_order_account_id", "portal_order", ["account_id"])
