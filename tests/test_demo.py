"""The demo, without starting it."""

from pathlib import Path

import click
import pytest

from counterfoil.settings import SettingsError, load
from counterfoil_sandbox.cli import sandbox
from tools import demo


def test_no_secret_stands_in_a_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody on the machine can read those. The sandbox is told the same secret as the portal all the same."""
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    whmcs, salesforce, portal = demo.programs()
    secrets = [path.read_text() for path in tmp_path.iterdir()]
    assert len(secrets) == 2
    lines = [" ".join(program.command) for program in (whmcs, salesforce, portal)]
    assert not any(secret in line for secret in secrets for line in lines)
    command = sandbox.commands["whmcs"]
    for name, value in whmcs.env.items():
        monkeypatch.setenv(name, value)
    with command.make_context("whmcs", whmcs.command[2:], parent=click.Context(sandbox)) as context:
        assert context.params["webhook_secret"] == portal.env["COUNTERFOIL_WEBHOOK_SECRET"]


def test_without_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make demo OIDC=1`: the portal takes the sandbox's word for who somebody is, and only on this machine."""
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    monkeypatch.setenv("OIDC", "1")
    given = {name: value for name, value in demo.programs()[2].env.items() if not name.endswith("_FILE")}
    given["COUNTERFOIL_SALESFORCE_URL"] = ""
    assert load(given, tmp_path).oidc_issuer == demo.WHMCS
    assert "choose who you are" in demo.welcome(1)
    with pytest.raises(SettingsError, match="OIDC_ISSUER: is on this machine"):
        load(given | {"COUNTERFOIL_BASE_URL": "https://portal.example"}, tmp_path)
