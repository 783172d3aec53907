"""link, unlink, links and staff on the command line."""

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from counterfoil.accounts.commands import link, links, staff, unlink

Shell = Callable[[str], Result]


@pytest.fixture
def shell(urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs a command as an operator does, with settings from the environment."""
    environment = {
        "COUNTERFOIL_DATABASE_URL": urls[0],
        "COUNTERFOIL_SECRET_KEY": "k" * 40,
        "COUNTERFOIL_WHMCS_URL": "http://127.0.0.1:1/",
        "COUNTERFOIL_WHMCS_IDENTIFIER": "identifier",
        "COUNTERFOIL_WHMCS_SECRET": "secret",
    }
    group = click.Group(commands={"link": link, "unlink": unlink, "links": links, "staff": staff})
    return lambda line: CliRunner().invoke(group, line.split(), env=environment)


def test_link_and_unlink_say_what_they_did(shell: Shell) -> None:
    """Each prints one line; a repeat is no error and says so; addresses are the same in any case."""
    for line, said in [
        ("link Ada@Example.com --client 1", "ada@example.com is linked to client 1."),
        ("link ada@example.com --client 1", "ada@example.com was linked to client 1 already."),
        ("unlink ADA@EXAMPLE.COM --client 1", "ada@example.com is unlinked from client 1"),
        ("unlink ada@example.com --client 1", "ada@example.com was unlinked from client 1 already."),
    ]:
        result = shell(line)
        assert result.exit_code == 0
        assert result.output.startswith(said)
        assert result.output.count("\n") == 1


def test_links_shows_one_person_or_all(shell: Shell) -> None:
    """By address and client; nothing is said to be nothing."""
    assert shell("links").output.startswith("Nothing is linked")
    for line in (
        "link bob@example.com --client 2",
        "unlink ada@example.com --client 10",
        "link ada@example.com --client 9",
    ):
        shell(line)
    told = [line.split()[:4] for line in shell("links").output.splitlines()]
    assert told == [
        ["ada@example.com", "client", "9", "linked"],
        ["ada@example.com", "client", "10", "unlinked"],
        ["bob@example.com", "client", "2", "linked"],
    ]
    assert len(shell("links Bob@example.com").output.splitlines()) == 1


def test_link_to_an_unknown_address_warns(shell: Shell) -> None:
    """Whoever registers that address in WHMCS would see the client: the operator is told."""
    assert "Nobody with this address has signed in yet" in shell("link new@example.com --client 1").output


def test_staff_is_granted_and_revoked(shell: Shell) -> None:
    """A repeat is no error and says so."""
    assert "may open the staff console" in shell("staff grant Ada@example.com").output
    assert "was staff already" in shell("staff grant ada@example.com").output
    assert "is staff no more" in shell("staff revoke ADA@example.com").output
    assert "was not staff" in shell("staff revoke ada@example.com").output


@pytest.mark.parametrize(
    "line",
    [
        "link nonsense --client 1",
        "link ada@example.com --client 0",
        "link ada@example.com --client -1",
        "link ada@example.com --client x",
        "link ada@example.com --client 99999999999999999999",
        "link ada@example.com",
        "staff grant @",
    ],
)
def test_nonsense_is_misuse(shell: Shell, line: str) -> None:
    """Exit code 2, and nothing is stored."""
    assert shell(line).exit_code == 2
    assert shell("links").output.startswith("Nothing is linked")
