"""`counterfoil sessions` and what running processes hear of it."""

import asyncio

import click
import pytest
from click.testing import CliRunner

from counterfoil.accounts.notices import Notices, notify_of_unlocking
from counterfoil.accounts.session_commands import sessions
from counterfoil.audit import repository
from tests.accounts.portal import Portal
from tests.stack import Sandbox

pytestmark = pytest.mark.anyio


@pytest.fixture
def environment(urls: tuple[str, str], whmcs: Sandbox) -> dict[str, str]:
    return {
        "COUNTERFOIL_DATABASE_URL": urls[0],
        "COUNTERFOIL_CACHE_URL": urls[1],
        "COUNTERFOIL_SECRET_KEY": "k" * 40,
        "COUNTERFOIL_WHMCS_URL": whmcs.url,
        "COUNTERFOIL_WHMCS_IDENTIFIER": "sandbox-identifier",
        "COUNTERFOIL_WHMCS_SECRET": "sandbox-secret",
    }


async def shell(environment: dict[str, str], line: str) -> str:
    """In a thread of its own, as the command brings its own loop."""
    group = click.Group(commands={"sessions": sessions})
    result = await asyncio.to_thread(CliRunner().invoke, group, line.split(), env=environment)
    assert result.exit_code == 0, result.output
    return result.output


async def test_a_command_ends_sessions_in_every_process(portal: Portal, environment: dict[str, str]) -> None:
    """What a process holds in its own memory ends at its next look; nobody else's ends. It is on record who did it."""
    notices, heard = Notices(portal.engine, portal.effects), list[str]()
    portal.cache.listen(lambda topic, message: heard.append(topic))
    ada, bob = await portal.cookie("ada@example.com"), await portal.cookie("bob@example.com")
    assert await portal.who(ada) is not None
    await notices.look()
    assert "last used" in await shell(environment, "sessions list ADA@example.com")
    assert "1 session or token ended" in await shell(environment, "sessions end ada@example.com")
    await notices.look()
    assert await portal.peek(ada) is None
    assert await portal.who(ada) is None
    assert await portal.who(bob) is not None
    assert "s" + portal.handle(ada).key in heard
    assert "not signed in" in await shell(environment, "sessions list ada@example.com")
    assert "not signed in" in await shell(environment, "sessions end ada@example.com")
    (entry,) = await repository.find(portal.engine)
    assert (entry.action, entry.by, entry.details) == (
        "session_ended",
        "command line",
        {"sessions": 1, "why": "command"},
    )


async def test_a_lock_out_is_lifted_in_every_process(portal: Portal) -> None:
    """Each hears of it once."""
    notices = Notices(portal.engine, portal.effects)
    await notices.look()
    await notify_of_unlocking(portal.engine, "somebody")
    await notices.look()
    await notices.look()
    assert portal.unlocked == ["somebody"]
