"""`counterfoil unlock`: lifts a lock-out after too many failed sign-ins, in every process."""

import asyncio
from datetime import UTC, datetime

import click

from counterfoil.accounts.command_context import email_argument
from counterfoil.accounts.emails import counted_as
from counterfoil.accounts.notices import LOOK_EVERY, notify_of_unlocking
from counterfoil.app.limits import open_limits
from counterfoil.audit.appending import Dated
from counterfoil.audit.entries import COMMAND_LINE, Action, Entry
from counterfoil.audit.repository import add
from counterfoil.db.commands import current_database, loaded_settings, run


@click.command()
@email_argument
def unlock(email: str) -> None:
    """Let a person try to sign in again at once. Failures counted for a network address stay."""
    run(_unlocked(email))
    click.echo(f"{email} may try to sign in again.")


async def _unlocked(email: str) -> None:
    settings = loaded_settings()
    async with current_database(settings) as engine:
        # Also for processes that count alone, as they do while Redis is away: they look for this each half second.
        await notify_of_unlocking(engine, counted_as(email))
        limits = open_limits(settings.cache_url)
        await limits.start()
        try:
            await limits.unlock(counted_as(email))
        finally:
            await limits.close()
        await add(engine, [Dated(datetime.now(UTC), Entry(Action.UNLOCKED, COMMAND_LINE, email=email))])
    await asyncio.sleep(2 * LOOK_EVERY)
