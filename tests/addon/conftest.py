"""A WHMCS of real PHP on SQLite and on MariaDB, and somebody who gets its messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.addon.installation import Installation
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
