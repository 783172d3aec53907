"""An empty database of each kind, and the settings of a command that finds it."""

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/empty.db"


def environment(url: str) -> dict[str, str]:
    return {
        "COUNTERFOIL_DATABASE_URL": url,
        "COUNTERFOIL_SECRET_KEY": "k" * 40,
        "COUNTERFOIL_WHMCS_URL": "http://127.0.0.1:1/",
        "COUNTERFOIL_WHMCS_IDENTIFIER": "identifier",
        "COUNTERFOIL_WHMCS_SECRET": "secret",
    }
