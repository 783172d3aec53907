"""Releases side by side: the one before, built of its own commit; this one; and one after it, which is this one with a
schema that a migration has added to.
"""

import io
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

from proofs.deploy.conftest import ROOT

BEFORE = "07ef1892190c5ce8263d42e8be0d041a1c28064f"
"""The last commit of 0.1.0."""

UV = ROOT / ".venv/bin/uv"

_MIGRATION = '''"""What a later release adds."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("session", sa.Column("later", sa.Text, nullable=False, server_default="x"))
    op.add_column("account", sa.Column("later", sa.Text))
'''


class Release(NamedTuple):
    """How `counterfoil` of this release is started."""

    name: str
    command: list[str]
    environment: dict[str, str]


def this() -> Release:
    return Release("this", [str(Path(sys.executable).with_name("counterfoil"))], {})


def before(place: Path) -> Release:
    """In an environment of its own, with what was locked then."""
    tree, environment = place / "before", place / "before-env"
    committed = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(committed)) as archive:
        archive.extractall(tree, filter="data")
    python = environment / "bin/python"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    locked = ["--require-hashes", tree / "requirements/main.txt"]
    subprocess.run([UV, "pip", "sync", "--quiet", "--python", python, *locked], check=True)
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, "--no-deps", tree], check=True)
    # Not by its own name: a program called counterfoil would be started as a fork of this release.
    return Release("before", [str(python), "-c", "from counterfoil.cli import main; main()"], {})


def after(place: Path) -> Release:
    source = place / "after/src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    tables = source / "counterfoil/db/tables.py"
    text = tables.read_text(encoding="utf-8")
    (head,) = re.findall(r'^HEAD = "(\d+)"', text, re.MULTILINE)
    tables.write_text(text.replace(f'HEAD = "{head}"', 'HEAD = "9999"'), encoding="utf-8")
    versions = source / "counterfoil/db/migrations/versions"
    (versions / "9999_later.py").write_text(_MIGRATION.format(head=head), encoding="utf-8")
    # Its pages lead to another style sheet.
    sheet = source / "counterfoil/web/static/css/print.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "/* later */\n", encoding="utf-8")
    command = [sys.executable, "-c", "from counterfoil.cli import main; main()"]
    return Release("after", command, {"PYTHONPATH": str(source)})
