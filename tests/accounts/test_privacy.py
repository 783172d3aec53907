"""`counterfoil export` and `counterfoil forget`: all of one person, nothing of another, and the trail stays whole."""

import asyncio
import json
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from counterfoil.accounts.privacy import export, forget
from counterfoil.audit.appending import Dated
from counterfoil.audit.entries import Action, Entry
from counterfoil.audit.repository import add
from counterfoil.audit.verifying import verify
from counterfoil.db import tables
from tests.accounts.portal import Portal
from tests.stack import Sandbox

pytestmark = pytest.mark.anyio


async def test_a_person_is_given_out_and_forgotten(portal: Portal, urls: tuple[str, str], whmcs: Sandbox) -> None:
    """Bob stays as he was."""
    environment = {
        "COUNTERFOIL_DATABASE_URL": urls[0],
        "COUNTERFOIL_CACHE_URL": urls[1],
        "COUNTERFOIL_SECRET_KEY": "k" * 40,
        "COUNTERFOIL_WHMCS_URL": whmcs.url,
        "COUNTERFOIL_WHMCS_IDENTIFIER": "sandbox-identifier",
        "COUNTERFOIL_WHMCS_SECRET": "sandbox-secret",
    }

    async def shell(line: str) -> str:
        group = click.Group(commands={"export": export, "forget": forget})
        result = await asyncio.to_thread(CliRunner().invoke, group, line.split(), env=environment)
        assert result.exit_code == 0, result.output
        return result.output

    ada, bob = await portal.cookie("ada@example.com"), await portal.cookie("bob@example.com")
    viewer = await portal.who(ada)
    assert viewer is not None
    entry = Entry(Action.SIGNED_IN, account_id=viewer.account_id, address="192.0.2.77")
    await add(portal.engine, [Dated(datetime.now(UTC), entry)])
    held = json.loads(await shell("export ada@example.com"))
    assert [each["email"] for each in held["accounts"]] == ["ada@example.com"]
    assert len(held["sessions"]) == 1
    assert "192.0.2.77" in str(held["audit"])
    assert portal.handle(ada).key not in str(held)
    assert "bob@" not in str(held)
    assert "accounts: 1 removed" in await shell("forget ada@example.com")
    assert await portal.sessions.find(portal.handle(ada)) is None
    assert await portal.who(bob) is not None
    async with portal.engine.connect() as connection:
        rows = [str(row) for table in tables.metadata.sorted_tables for row in await connection.execute(select(table))]
    assert [row for row in rows if "ada@" in row.lower() or "lovelace" in row.lower() or "192.0.2.77" in row] == []
    assert (await verify(portal.engine)).problems == []
    assert "Nothing is held" in await shell("forget ada@example.com")
