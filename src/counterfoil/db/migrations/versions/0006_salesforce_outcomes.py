"""What Salesforce refuses: approved orders that cannot be begun, and orders whose end it does not take."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("portal_order", sa.Column("telling_tries", sa.Integer, nullable=False, server_default="0"))
    op.add_column("portal_order", sa.Column("telling_since", _TIME))
    op.add_column("portal_order", sa.Column("telling_reason", sa.Text))
    op.create_table(
        "approval_attempt",
        sa.Column("salesforce_id", sa.Text, primary_key=True),
        sa.Column("modstamp", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("again_at", _TIME, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
