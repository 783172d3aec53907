"""`counterfoil audit verify` and `export` on the command line."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from counterfoil.audit.commands import audit
from counterfoil.audit.entries import Action, Entry
from counterfoil.audit.face import AuditTrail
from counterfoil.db.engine import make_engine, transaction

Shell = Callable[..., Result]


@pytest.fixture
def shell(url: str) -> Shell:
    environment = {
        "COUNTERFOIL_DATABASE_URL": url,
        "COUNTERFOIL_SECRET_KEY": "k" * 40,
        "COUNTERFOIL_WHMCS_URL": "http://127.0.0.1:1/",
        "COUNTERFOIL_WHMCS_IDENTIFIER": "identifier",
        "COUNTERFOIL_WHMCS_SECRET": "secret",
    }
    asyncio.run(_fill(url))
    return lambda *line: CliRunner().invoke(audit, line, env=environment)


async def _fill(url: str) -> None:
    trail = AuditTrail(engine := make_engine(url), retention=timedelta(days=1))
    await trail.record(Entry(Action.SIGNED_IN, account_id=1, details={"way": "password"}, address="192.0.2.1"))
    await trail.record(Entry(Action.SIGNED_OUT, account_id=1))
    await engine.dispose()


async def _change(url: str) -> None:
    engine = make_engine(url)
    async with transaction(engine) as connection:
        await connection.execute(text("UPDATE audit_entry SET account_id = 2 WHERE number = 1"))
    await engine.dispose()


def test_verify_says_whether_it_is_whole(shell: Shell, url: str) -> None:
    """Exit code 0 only then. What it printed can be given to the next run, which looks at less."""
    result = shell("verify")
    assert (result.exit_code, "whole: 2 entries" in result.output) == (0, True)
    place = result.output.split()[-1]
    assert "whole: 0 entries" in shell("verify", "--after", place).output
    assert shell("verify", "--after", "nonsense").exit_code == 2
    asyncio.run(_change(url))
    result = shell("verify")
    assert (result.exit_code, "entry 1 was changed" in result.output) == (1, True)


def test_export_prints_json_lines(shell: Shell) -> None:
    """Of that day and later."""
    lines = [json.loads(line) for line in shell("export", "--since", "2020-01-01").output.splitlines()]
    assert [line["action"] for line in lines] == ["signed_in", "signed_out"]
    assert lines[0]["address"] == "192.0.2.1"
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert shell("export", "--since", tomorrow).output == ""
    assert shell("export").exit_code == 2
    assert shell("export", "--since", "yesterday").exit_code == 2
