"""An empty, migrated database of each kind."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from counterfoil.audit.face import AuditTrail
from counterfoil.db.engine import Engine, make_engine
from tests.databases import give_schema


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    give_schema(url)
    return url


@pytest.fixture
async def engine(url: str) -> AsyncIterator[Engine]:
    engine = make_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture
def trail(engine: Engine) -> AuditTrail:
    return AuditTrail(engine, retention=timedelta(days=400))
