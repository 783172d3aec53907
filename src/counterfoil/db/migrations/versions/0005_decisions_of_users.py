"""Decisions of staff are about WHMCS users, not about addresses; and what processes are told of them.

What is stored is bound as far as the accounts tell: to the one user who has signed in with that address. Columns are
only added, so that the release before works on beside this schema.
"""

import unicodedata
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for table in ("link", "staff"):
        op.add_column(table, sa.Column("user_id", sa.BigInteger))
        op.create_index(f"ix_{table}_user_id", table, ["user_id"])
    op.create_table(
        "decision_notice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        # Numbers of rows that are deleted must not come again.
        sqlite_autoincrement=True,
    )
    _bind()


def _bind() -> None:
    connection = op.get_bind()
    users: dict[str, set[int]] = defaultdict(set)
    known = "SELECT email, whmcs_user_id FROM account WHERE whmcs_user_id IS NOT NULL"
    for email, user_id in connection.execute(sa.text(known)):
        users[_normalised(email)].add(user_id)
    for email, found in users.items():
        # An address that several have had is nobody's: which of them was meant, staff must say.
        if len(found) == 1:
            for table in ("link", "staff"):
                bind = sa.text(f"UPDATE {table} SET user_id = :user_id WHERE email = :email")  # noqa: S608 - our names
                connection.execute(bind, {"user_id": next(iter(found)), "email": email})


def _normalised(email: str) -> str:
    """As addresses in these tables are written."""
    return unicodedata.normalize("NFC", email.strip()).lower()
