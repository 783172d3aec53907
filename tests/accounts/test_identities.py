"""`counterfoil identity`: which WHMCS user somebody of the provider is, where staff decide it."""

import asyncio

import click
import pytest
from click.testing import CliRunner, Result

from counterfoil.accounts.identities.commands import identity
from counterfoil.accounts.vouching import EmailNotVerified, Vouched
from counterfoil.audit import repository
from tests.accounts.portal import Portal
from tests.accounts.whmcs import ADA, BOB
from tests.stack import Sandbox

pytestmark = pytest.mark.anyio

ISSUER = "https://login.example"


@pytest.fixture
def environment(urls: tuple[str, str], whmcs: Sandbox) -> dict[str, str]:
    return {
        "COUNTERFOIL_DATABASE_URL": urls[0],
        "COUNTERFOIL_CACHE_URL": urls[1],
        "COUNTERFOIL_SECRET_KEY": "k" * 40,
        "COUNTERFOIL_WHMCS_URL": whmcs.url,
        "COUNTERFOIL_WHMCS_IDENTIFIER": "sandbox-identifier",
        "COUNTERFOIL_WHMCS_SECRET": "sandbox-secret",
        "COUNTERFOIL_OIDC_ISSUER": ISSUER,
        "COUNTERFOIL_OIDC_CLIENT_ID": "portal",
    }


async def shell(environment: dict[str, str], line: str) -> Result:
    """In a thread of its own, as the command brings its own loop."""
    group = click.Group(commands={"identity": identity})
    return await asyncio.to_thread(CliRunner().invoke, group, line.split(), env=environment)


def said(subject: str, email: str = "") -> Vouched:
    return Vouched(ISSUER, subject, email, "Somebody", is_staff=False)


async def test_staff_say_who_somebody_is(portal: Portal, environment: dict[str, str]) -> None:
    """Of whom the provider confirms no address: from then on they get in as that user, and it is on record."""
    with pytest.raises(EmailNotVerified):
        await portal.sign_in.with_provider(said("sub-7"))
    result = await shell(environment, "identity link ADA@example.com --subject sub-7")
    assert result.output == f"sub-7 is WHMCS user {ADA.id} (ada@example.com) from the next sign-in on.\n"
    assert (await portal.sign_in.with_provider(said("sub-7"))).user_id == ADA.id
    assert (await portal.sign_in.with_provider(said("sub-7", "bob@example.com"))).user_id == ADA.id
    assert "already" in (await shell(environment, "identity link ada@example.com --subject sub-7")).output
    assert (await shell(environment, "identity list")).output.startswith("sub-7  ada@example.com")
    trail = await repository.find(portal.engine, limit=9)
    assert [(each.action, each.by) for each in trail] == [("identity_bound", "command line")]


async def test_who_was_taken_for_another_is_out(portal: Portal, environment: dict[str, str]) -> None:
    """A session that began as the wrong user ends with the correction, and the next one is the right user's."""
    wrong = await portal.sign_in.with_provider(said("sub-8", "ada@example.com"))
    cookie = await portal.sessions.open(wrong)
    assert await portal.who(cookie) is not None
    await shell(environment, "identity link bob@example.com --subject sub-8")
    assert await portal.sessions.find(portal.handle(cookie)) is None
    right = await portal.sign_in.with_provider(said("sub-8", "ada@example.com"))
    assert (right.id, right.user_id) == (wrong.id, BOB.id)


async def test_what_was_decided_is_forgotten(portal: Portal, environment: dict[str, str]) -> None:
    """Then the verified address counts again."""
    await shell(environment, "identity link bob@example.com --subject sub-9")
    result = await shell(environment, "identity unlink --subject sub-9")
    assert "is forgotten" in result.output
    assert "Nothing was known" in (await shell(environment, "identity unlink --subject sub-9")).output
    assert (await portal.sign_in.with_provider(said("sub-9", "ada@example.com"))).user_id == ADA.id


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("identity link nobody@example.com --subject x", "no user with the address"),
        ("identity link ada@example.com", "--subject"),
    ],
)
async def test_what_cannot_be_decided_changes_nothing(environment: dict[str, str], line: str, why: str) -> None:
    """An address that nobody has, and nobody named."""
    result = await shell(environment, line)
    assert result.exit_code != 0
    assert why in result.output
    assert (await shell(environment, "identity list")).output == "Nobody is known by this provider.\n"


async def test_without_a_provider_there_is_nobody_to_name(environment: dict[str, str]) -> None:
    """It says so."""
    result = await shell(environment | {"COUNTERFOIL_OIDC_ISSUER": ""}, "identity list")
    assert "OIDC_ISSUER" in result.output
    assert result.exit_code == 1
