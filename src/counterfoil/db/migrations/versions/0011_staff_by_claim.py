"""Whom the identity provider calls staff."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("account", sa.Column("is_staff", sa.Boolean, nullable=False, server_default=sa.false()))
