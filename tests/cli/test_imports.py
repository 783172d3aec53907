"""What a start imports is a good half of the time until the first answer, so nothing comes along that is not used."""

import subprocess
import sys

USELESS = {
    "alembic",  # until there is something to migrate
    "attr",
    "pydantic",
    "pygments",
    "rich",  # structlog's choice for coloured tracebacks
    "sqlalchemy.dialects.postgresql",  # until there is such a database
    "sqlalchemy.orm",
}
SHARED = {"httpcore2", "jinja2", "litestar", "structlog"}
"""What workers would import in their turn, each for itself."""


def test_a_start_imports_what_it_uses_and_no_more() -> None:
    """In the process that the workers are forks of; structlog is as it is where rich is not installed."""
    program = (
        "import sys; from counterfoil.cli import imported;"
        "imported('counterfoil.cli.serving').import_for_workers();"
        "import structlog; assert structlog.dev.rich is None;"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=250)
    names = set(done.stdout.split())
    assert not USELESS & names
    assert names >= SHARED
