"""link, unlink, links and staff on the command line."""

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from counterfoil.accounts.commands import link, links, staff, unlink
from tests.stack import Sandbox

Shell = Callable[[str], Result]


@pytest.fixture
def shell(urls: tuple[str, str], whmcs: Sandbox) -> Shell:
    """Runs a command as an operator does, with settings from the environment."""
    environment = {
        "COUNTERFOIL_DATABASE_URL": urls[0],
        "COUNTERFOIL_CACHE_URL": urls[1],
        "COUNTERFOIL_SECRET_KEY": "k" * 40,
        "COUNTERFOIL_WHMCS_URL": whmcs.url,
        "COUNTERFOIL_WHMCS_IDENTIFIER": "sandbox-identifier",
        "COUNTERFOIL_WHMCS_SECRET": "sandbox-secret",
    }
    group = click.Group(commands={"link": link, "unlink": unlink, "links": links, "staff": staff})
    return lambda line: CliRunner().invoke(group, line.split(), env=environment)


def test_link_and_unlink_say_what_they_did(shell: Shell) -> None:
    """Each prints one line; a repeat is no error and says so; addresses are the same in any case."""
    for line, said in [
        ("link Ada@Example.com --client 1", "ada@example.com is linked to client 1."),
        ("link ada@example.com --client 1", "ada@example.com was linked already to client 1."),
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
        "link ada@example.com --client 4",
    ):
        shell(line)
    told = [line.split()[:4] for line in shell("links").output.splitlines()]
    assert told == [
        ["ada@example.com", "client", "4", "linked"],
        ["ada@example.com", "client", "10", "unlinked"],
        ["bob@example.com", "client", "2", "linked"],
    ]
    assert len(shell("links Bob@example.com").output.splitlines()) == 1


def test_nobody_and_nothing_are_refused(shell: Shell) -> None:
    """Of an address that no WHMCS user has, whoever takes it later would get what is decided now. Nothing is stored."""
    for line in (
        "link nobody@example.com --client 1",
        "unlink nobody@example.com --client 1",
        "staff grant nobody@example.com",
        "link ada@example.com --client 987654",
    ):
        result = shell(line)
        assert (result.exit_code, "Nothing was changed" in result.output) == (1, True)
    assert shell("links").output.startswith("Nothing is linked")
    assert shell("staff list").output.startswith("Nobody")


def test_a_whmcs_that_does_not_answer_decides_nothing(shell: Shell, whmcs: Sandbox) -> None:
    """It is not known whose address that is. What is there can be looked at and taken away all the same."""
    shell("link ada@example.com --client 4")
    shell("staff grant ada@example.com")
    whmcs.break_with("status")
    try:
        assert shell("link ada@example.com --client 2").exit_code == 1
        assert "client 4" in shell("links ada@example.com").output
        assert "no more" in shell("staff revoke ada@example.com").output
        assert shell("link ada@example.com --client 4 --forget").exit_code == 0
        assert shell("links").output.startswith("Nothing is linked")
    finally:
        whmcs.mend()


def test_links_say_whom_they_are_about(shell: Shell) -> None:
    """And a decision that was taken back is gone."""
    shell("unlink ada@example.com --client 1")
    assert "WHMCS user 1" in shell("links").output
    assert "as WHMCS says" in shell("link ada@example.com --client 1 --forget").output
    assert shell("links").output.startswith("Nothing is linked")


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
