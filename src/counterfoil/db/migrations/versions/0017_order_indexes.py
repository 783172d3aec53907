"""Orders by status, and those whose end Salesforce does not hear: without reading all that ever were."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index("ix_portal_order_status", "portal_order", ["status", "updated_at"])
    untold = sa.text("telling_reason IS NOT NULL")
    op.create_index(
        "ix_portal_order_untold", "portal_order", ["updated_at"], postgresql_where=untold, sqlite_where=untold
    )
