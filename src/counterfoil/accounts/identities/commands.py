"""`counterfoil identity link`, `unlink` and `list`: which WHMCS user somebody of the OpenID Connect provider is."""

from collections.abc import Sequence

import click

from counterfoil.accounts.command_context import CommandContext, EmailAddress, email_argument, make_it_hold, opened
from counterfoil.accounts.emails import same
from counterfoil.accounts.identities.binding import Decided, Identified, bind, identities, release
from counterfoil.accounts.links import Person
from counterfoil.accounts.resolving import resolved
from counterfoil.audit.entries import COMMAND_LINE
from counterfoil.db.commands import run

LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core 2)."""


class Subject(click.ParamType[str]):
    name = "subject"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not (0 < len(value) <= LONGEST_SUBJECT and value.isprintable()):
            self.fail("a subject has 1 to 255 printable characters", param, ctx)
        return value


_subject = click.option(
    "--subject",
    type=Subject(),
    required=True,
    metavar="SUB",
    help="The provider's own name for the person: the claim sub, letter for letter.",
)


@click.group()
def identity() -> None:
    """Say which WHMCS user somebody of the OpenID Connect provider is."""


@identity.command()
@email_argument
@_subject
def link(email: str, subject: str) -> None:
    """Let whom the provider calls SUB in as the WHMCS user with this address."""
    decided, person = run(_bound(email, subject))
    done = f"{subject} is WHMCS user {person.user_id} ({person.email})"
    click.echo(f"{done} from the next sign-in on." if decided.changed else f"{done} already.")


async def _bound(email: str, subject: str) -> tuple[Decided, Person]:
    async with opened() as desk:
        issuer, person = _issuer(desk), await resolved(desk.engine, desk.api, email)
        if person.user_id is None:
            raise click.ClickException("this WHMCS has no users that could be named. Nothing was changed.")
        decided = await bind(desk.engine, issuer, subject, person, by=COMMAND_LINE)
        await make_it_hold(desk, decided.ended)
        return decided, person


@identity.command()
@_subject
def unlink(subject: str) -> None:
    """Forget who SUB is: at the next sign-in their verified address says so again."""
    decided = run(_released(subject))
    done = f"Who {subject} is, is forgotten: at the next sign-in their address says it."
    click.echo(done if decided.changed else f"Nothing was known of {subject}.")


async def _released(subject: str) -> Decided:
    async with opened() as desk:
        decided = await release(desk.engine, _issuer(desk), subject, by=COMMAND_LINE)
        await make_it_hold(desk, decided.ended)
        return decided


@identity.command("list")
@click.argument("email", type=EmailAddress(), required=False)
def list_identities(email: str | None) -> None:
    """Show whom the provider has sent, all of them or those with this address."""
    found = [each for each in run(_known()) if email is None or same(each.email, email)]
    for each in found:
        who = f"WHMCS user {each.user_id}" if each.user_id is not None else "no WHMCS user"
        click.echo(f"{each.subject}  {each.email}  {who}")
    if not found:
        click.echo("Nobody is known by this provider.")


async def _known() -> Sequence[Identified]:
    async with opened() as desk:
        return await identities(desk.engine, _issuer(desk))


def _issuer(desk: CommandContext) -> str:
    if not desk.settings.oidc_issuer:
        raise click.ClickException("OIDC_ISSUER is not set: people sign in by WHMCS's own word.")
    return desk.settings.oidc_issuer
