"""How far the changes that WHMCS's addon numbers are applied."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "change_feed",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("seen", sa.BigInteger),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
