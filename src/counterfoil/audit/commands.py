"""`counterfoil audit verify` and `counterfoil audit export`."""

import sys
from contextlib import aclosing
from datetime import UTC, datetime

import click
import msgspec

from counterfoil.audit import repository
from counterfoil.audit.verifying import Place, Verdict, read_place
from counterfoil.audit.verifying import verify as verified
from counterfoil.db.commands import current_database, loaded_settings, run


class _Place(click.ParamType[Place]):
    name = "place"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        place = read_place(value)
        if place is None:
            self.fail("it is a number, a colon and a hash, as an earlier `verify` printed them", param, ctx)
        return place


@click.group()
def audit() -> None:
    """Check and export the audit trail."""


@audit.command()
@click.option(
    "--after",
    "known",
    type=_Place(),
    metavar="NUMBER:HASH",
    help="What an earlier run printed: it must still be there, and only what came later is gone through.",
)
def verify(known: Place | None) -> None:
    """Say whether the trail is whole. Exit code 0 only if it is."""
    verdict = run(_verified(known))
    for problem in verdict.problems:
        click.echo(problem, err=True)
    if verdict.problems:
        raise click.ClickException("the audit trail is not whole")
    what = "1 entry" if verdict.entries == 1 else f"{verdict.entries} entries"
    click.echo(f"The audit trail is whole: {what} checked, the last is {verdict.last}")


async def _verified(known: Place | None) -> Verdict:
    async with current_database(loaded_settings()) as engine:
        return await verified(engine, known)


@audit.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    required=True,
    metavar="DATE",
    help="A day or a time, in UTC.",
)
def export(since: datetime) -> None:
    """Print what happened since then, one JSON object a line."""
    run(_exported(since.replace(tzinfo=UTC)))


async def _exported(since: datetime) -> None:
    async with current_database(loaded_settings()) as engine, aclosing(repository.since(engine, since)) as entries:
        async for entry in entries:
            sys.stdout.write(msgspec.json.encode(entry).decode() + "\n")
