"""A WHMCS for the commands, and the settings of a portal that is set up well."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import give_schema
from tests.stack import Sandbox, Stack


@pytest.fixture(scope="module")
def whmcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("whmcs"))
    sandbox.start()
    yield sandbox
    sandbox.child.stop()


@pytest.fixture
def settings(tmp_path: Path, whmcs: Sandbox) -> dict[str, str]:
    """Of a portal that is set up well."""
    given = {**Stack(tmp_path).settings, "whmcs_url": whmcs.url}
    give_schema(given["database_url"])
    return given
