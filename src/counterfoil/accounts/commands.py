"""`counterfoil link`, `unlink`, `links`, `staff`: what staff decide about WHMCS users. What it means: rights.py."""

from collections.abc import Sequence

import click

from counterfoil.accounts import links as decided
from counterfoil.accounts.command_context import EmailAddress, email_argument, make_it_hold, opened
from counterfoil.accounts.links import Link, Person, StaffMember, State
from counterfoil.accounts.resolving import NO_USERS, resolved, resolved_if_known
from counterfoil.audit.entries import COMMAND_LINE
from counterfoil.db.commands import current_database, loaded_settings, run
from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.api import WhmcsApi

_LARGEST_ID = 2**31 - 1


_client = click.option(
    "--client",
    "client_id",
    type=click.IntRange(1, _LARGEST_ID),
    required=True,
    metavar="ID",
    help="The WHMCS client's number.",
)


@click.command()
@email_argument
@_client
@click.option("--forget", is_flag=True, help="Take back what was linked or unlinked: it is as WHMCS says again.")
def link(email: str, client_id: int, *, forget: bool) -> None:
    """Let a person see a client account, whatever WHMCS says."""
    if forget:
        changed, _ = run(_forgotten(email, client_id))
        done = f"What was decided about {email} and client {client_id} is forgotten: it is as WHMCS says."
        click.echo(done if changed else f"Nothing was decided about {email} and client {client_id}.")
        return
    changed, person = run(_decided(email, client_id, "linked"))
    done = "is linked to client" if changed else "was linked already to client"
    click.echo(f"{email} {done} {client_id}.{_about(person)}")


@click.command()
@email_argument
@_client
def unlink(email: str, client_id: int) -> None:
    """Hide a client account from a person, even if WHMCS says it is theirs."""
    changed, person = run(_decided(email, client_id, "unlinked"))
    done = f"{email} is unlinked from client {client_id}, whatever WHMCS says."
    click.echo((done if changed else f"{email} was unlinked from client {client_id} already.") + _about(person))


def _about(person: Person) -> str:
    return NO_USERS if person.user_id is None else f" That is WHMCS user {person.user_id}, under whatever address."


async def _decided(email: str, client_id: int, state: State) -> tuple[bool, Person]:
    async with opened() as desk:
        person = await resolved(desk.engine, desk.api, email)
        if state == "linked":
            await _require_client(desk.api, client_id)
        changed = await decided.decide(desk.engine, person, client_id, state, by=COMMAND_LINE)
        await make_it_hold(desk)
        return changed, person


async def _forgotten(email: str, client_id: int) -> tuple[bool, Person]:
    async with opened() as desk:
        person = await resolved_if_known(desk.engine, desk.api, email)
        changed = await decided.forget(desk.engine, person, client_id, by=COMMAND_LINE)
        await make_it_hold(desk)
        return changed, person


async def _require_client(api: WhmcsApi, client_id: int) -> None:
    try:
        client = await api.get_clients_details(client_id)
    except BillingUnavailable:
        raise click.ClickException("WHMCS does not say whether it has that client. Nothing was changed.") from None
    if client is None:
        raise click.ClickException(f"WHMCS has no client {client_id}. Nothing was changed.")


@click.command()
@click.argument("email", type=EmailAddress(), required=False)
def links(email: str | None) -> None:
    """Show what was linked and unlinked, for one person or for all."""
    found = run(_links(email))
    for each in found:
        what = f"{each.email}  client {each.client_id}  {each.state}  {each.created_at:%Y-%m-%d}  by {each.by}"
        click.echo(f"{what}  {_user(each)}")
    if not found:
        click.echo("Nothing is linked or unlinked: people see the clients that WHMCS gives them.")


async def _links(email: str | None) -> Sequence[Link]:
    async with opened() as desk:
        person = await resolved_if_known(desk.engine, desk.api, email) if email else None
        return await decided.known_links(desk.engine, person)


def _user(row: Link | StaffMember) -> str:
    if row.user_id is not None:
        return f"WHMCS user {row.user_id}"
    holds = "refuses whoever has the address" if isinstance(row, Link) and row.state == "unlinked" else "grants nothing"
    return f"NOT BOUND to a WHMCS user: {holds}"


@click.group()
def staff() -> None:
    """Say who may open the staff console."""


@staff.command()
@email_argument
def grant(email: str) -> None:
    """Let this person open the staff console."""
    changed, person = run(_granted(email))
    done = f"{email} may open the staff console." if changed else f"{email} was staff already."
    click.echo(done + _about(person))


async def _granted(email: str) -> tuple[bool, Person]:
    async with opened() as desk:
        person = await resolved(desk.engine, desk.api, email)
        changed = await decided.grant_staff(desk.engine, person, by=COMMAND_LINE)
        await make_it_hold(desk)
        return changed, person


@staff.command()
@email_argument
def revoke(email: str) -> None:
    """Close the staff console to this person, and to whoever it was opened to by this address."""
    changed = run(_revoked(email))
    click.echo(f"{email} is staff no more." if changed else f"{email} was not staff.")


async def _revoked(email: str) -> bool:
    async with opened() as desk:
        person = await resolved_if_known(desk.engine, desk.api, email)
        changed = await decided.revoke_staff(desk.engine, person, by=COMMAND_LINE)
        await make_it_hold(desk)
        return changed


@staff.command("list")
def list_staff() -> None:
    """Show who may open the staff console."""
    found = run(_staff())
    for each in found:
        click.echo(f"{each.email}  {each.created_at:%Y-%m-%d}  {_user(each)}")
    if not found:
        click.echo("Nobody may open the staff console.")


async def _staff() -> Sequence[StaffMember]:
    async with current_database(loaded_settings()) as engine:
        return await decided.known_staff(engine)
