"""The demo, without starting it."""

from pathlib import Path

import click
import pytest

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
