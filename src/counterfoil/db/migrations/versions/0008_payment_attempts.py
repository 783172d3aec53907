"""Which invoices people were sent to WHMCS to pay."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "payment_attempt",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("client_id", sa.BigInteger, primary_key=True),
        sa.Column("invoice_id", sa.BigInteger, primary_key=True),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("opened_at", _TIME),
        sa.Column("failed_at", _TIME),
        sa.Column("returned_at", _TIME),
    )
