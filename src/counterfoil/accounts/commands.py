"""`counterfoil link`, `unlink`, `links`, `staff`: what staff decide about addresses. What it means: rights.py."""

from collections.abc import Sequence

import click

from counterfoil.accounts import links as decided
from counterfoil.accounts.emails import normalised
from counterfoil.accounts.links import Link, State
from counterfoil.db.commands import current_database, loaded_settings, run

_LARGEST_ID = 2**31 - 1
_SOON = "It takes effect within a minute."


class _Email(click.ParamType[str]):
    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        email = normalised(value)
        local, at, domain = email.rpartition("@")
        if not (local and at and domain) or len(email) > 254 or not email.isprintable() or " " in email:
            self.fail(f"{value!r} is not an e-mail address", param, ctx)
        return email


_email = click.argument("email", type=_Email())
_client = click.option(
    "--client",
    "client_id",
    type=click.IntRange(1, _LARGEST_ID),
    required=True,
    metavar="ID",
    help="The WHMCS client's number.",
)


@click.command()
@_email
@_client
def link(email: str, client_id: int) -> None:
    """Let a person see a client account, whatever WHMCS says."""
    changed, is_known = run(_decide(email, client_id, "linked"))
    if not changed:
        click.echo(f"{email} was linked to client {client_id} already.")
        return
    warning = "" if is_known else " Nobody with this address has signed in yet: make sure that it is theirs in WHMCS."
    click.echo(f"{email} is linked to client {client_id}. {_SOON}{warning}")


@click.command()
@_email
@_client
def unlink(email: str, client_id: int) -> None:
    """Hide a client account from a person, even if WHMCS says it is theirs."""
    changed, _ = run(_decide(email, client_id, "unlinked"))
    done = f"{email} is unlinked from client {client_id}, whatever WHMCS says. {_SOON}"
    click.echo(done if changed else f"{email} was unlinked from client {client_id} already.")


async def _decide(email: str, client_id: int, state: State) -> tuple[bool, bool]:
    async with current_database(loaded_settings()) as engine:
        changed = await decided.decide(engine, email, client_id, state, by="command line")
        return changed, await decided.has_signed_in(engine, email)


@click.command()
@click.argument("email", type=_Email(), required=False)
def links(email: str | None) -> None:
    """Show what was linked and unlinked, for one person or for all."""
    found = run(_links(email))
    for each in found:
        click.echo(f"{each.email}  client {each.client_id}  {each.state}  {each.created_at:%Y-%m-%d}  by {each.by}")
    if not found:
        click.echo("Nothing is linked or unlinked: people see the clients that WHMCS gives them.")


async def _links(email: str | None) -> Sequence[Link]:
    async with current_database(loaded_settings()) as engine:
        return await decided.known_links(engine, email)


@click.group()
def staff() -> None:
    """Say who may open the staff console."""


@staff.command()
@_email
def grant(email: str) -> None:
    """Let this person open the staff console."""
    changed = run(_staff(email, granted=True))
    click.echo(f"{email} may open the staff console. {_SOON}" if changed else f"{email} was staff already.")


@staff.command()
@_email
def revoke(email: str) -> None:
    """Close the staff console to this person."""
    changed = run(_staff(email, granted=False))
    click.echo(f"{email} is staff no more. {_SOON}" if changed else f"{email} was not staff.")


async def _staff(email: str, *, granted: bool) -> bool:
    async with current_database(loaded_settings()) as engine:
        return await (decided.grant_staff if granted else decided.revoke_staff)(engine, email)
