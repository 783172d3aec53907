"""When the person of a session showed who they are, which is not always when the session began."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("session", sa.Column("proven_at", sa.DateTime(timezone=True)))
