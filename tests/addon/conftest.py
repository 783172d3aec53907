"""A WHMCS of real PHP on SQLite and on MariaDB, and somebody who gets its messages."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.addon.installation import WEBASSEMBLY, Installation
from tests.addon.mariadb import MariaServer, running_mariadb
from tests.addon.receiver import Receiver, running_receiver


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaServer]:
    with running_mariadb() as server:
        yield server


@pytest.fixture
def portal() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


def on_sqlite(folder: Path, portal: Receiver) -> Installation:
    path = folder / "whmcs.db"
    path.touch()
    whmcs = Installation({"driver": "sqlite", "database": str(path)}, portal.url)
    portal.secrets.append(whmcs.secret)
    return whmcs


@pytest.fixture(params=["sqlite", "mariadb"])
def whmcs(request: pytest.FixtureRequest, tmp_path: Path, portal: Receiver) -> Installation:
    """On either database."""
    if request.param == "sqlite":
        return on_sqlite(tmp_path, portal)
    server: MariaServer = request.getfixturevalue("mariadb")
    found = Installation(server.new_database(), portal.url)
    portal.secrets.append(found.secret)
    return found


@pytest.fixture
def small(tmp_path: Path, portal: Receiver) -> Installation:
    """On SQLite only, for what the database has no part in."""
    return on_sqlite(tmp_path, portal)


@pytest.fixture
def maria(mariadb: MariaServer, portal: Receiver) -> Installation:
    """On MariaDB only, for what processes do at the same moment."""
    found = Installation(mariadb.new_database(), portal.url)
    portal.secrets.append(found.secret)
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With PHP as WebAssembly: what runs on SQLite, and neither lets PHP kill itself nor needs it as a web server."""
    here = [item for item in items if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent]
    if not WEBASSEMBLY or not here:
        return
    left_out = [item for item in here if not _runs_on_webassembly(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _runs_on_webassembly(item: pytest.Function) -> bool:
    source = inspect.getsource(item.function)
    on_sqlite = "small" in item.fixturenames or "sqlite" in item.name
    needs_more = {"grown", "maria", "installation"} & set(item.fixturenames)
    return on_sqlite and not needs_more and "dies=True" not in source and "api_of" not in source
