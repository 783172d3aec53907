"""Whom the identity provider calls staff."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("account", sa.Column("is_staff", sa.Boolean, nullable=False, server_default=sa.false()))
