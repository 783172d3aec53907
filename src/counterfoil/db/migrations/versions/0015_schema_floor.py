"""The oldest schema whose release may still run beside this one: an older release on a newer schema, docs/adr/0017."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    floor = op.create_table(
        "schema_floor",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("oldest", sa.Text, nullable=False),
    )
    op.bulk_insert(floor, [{"name": "schema", "oldest": revision}])
