"""What ends sessions from outside: doubts after an event of WHMCS, and what processes are told of commands."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("account", sa.Column("rights", sa.Text))
    op.add_column("session", sa.Column("doubted_at", sa.DateTime(timezone=True)))
    op.add_column("decision_notice", sa.Column("kind", sa.Text, nullable=False, server_default="rights"))
    op.add_column("decision_notice", sa.Column("name", sa.Text, nullable=False, server_default=""))
