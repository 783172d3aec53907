"""`counterfoil sessions list` and `counterfoil sessions end`: where somebody is signed in, and the end of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from counterfoil.accounts.command_context import email_argument, make_it_hold, opened
from counterfoil.accounts.doubts import end_all
from counterfoil.accounts.people import accounts_of
from counterfoil.accounts.resolving import resolved_if_known
from counterfoil.accounts.session_list import OpenSession, open_sessions
from counterfoil.audit.entries import COMMAND_LINE
from counterfoil.db.commands import run
from counterfoil.db.engine import transaction


@click.group()
def sessions() -> None:
    """See where people are signed in, and end it."""


@sessions.command("list")
@email_argument
def list_sessions(email: str) -> None:
    """Show where a person is signed in."""
    found = run(_open(email))
    for each in found:
        used = f"{each.created_at:%Y-%m-%d %H:%M}  last used {each.last_seen_at:%Y-%m-%d %H:%M}"
        click.echo(f"{each.id}  {used}  {each.address or 'unknown address'}  {each.user_agent}")
    if not found:
        click.echo(f"{email} is not signed in anywhere.")


async def _open(email: str) -> Sequence[OpenSession]:
    async with opened() as desk:
        person = await resolved_if_known(desk.engine, desk.api, email)
        people = await accounts_of(desk.engine, person.user_id, email)
        now = datetime.now(UTC)
        return [each for account_id in people for each in await open_sessions(desk.engine, account_id, now)]


@sessions.command()
@email_argument
def end(email: str) -> None:
    """Sign a person out everywhere, at once, and end their access tokens."""
    count = run(_ended(email))
    ended = "1 session or token" if count == 1 else f"{count} sessions and tokens"
    click.echo(f"{email} is signed out: {ended} ended." if count else f"{email} was not signed in anywhere.")


async def _ended(email: str) -> int:
    async with opened() as desk:
        person = await resolved_if_known(desk.engine, desk.api, email)
        people = await accounts_of(desk.engine, person.user_id, email)
        async with transaction(desk.engine) as connection:
            ended = await end_all(connection, people, COMMAND_LINE, "command")
        await make_it_hold(desk, ended)
        return len(ended)
