"""The demo, without starting it."""

import os
import subprocess
import sys
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


@pytest.mark.parametrize(
    ("arguments", "port", "code", "words"),
    [
        (["--help"], "", 0, "DEMO_PORT=9000"),
        (["--port", "9000"], "", 2, "unrecognized arguments"),
        ([], "many", 1, "DEMO_PORT=many is not a port"),
        ([], "70000", 1, "DEMO_PORT=70000 is not a port"),
    ],
)
def test_nothing_is_begun_for_a_question(arguments: list[str], port: str, code: int, words: str) -> None:
    """Help, and whatever the demo does not understand, are answered in words; no program is started."""
    command = [sys.executable, demo.__file__, *arguments]
    asked = subprocess.run(
        command, env=os.environ | {"DEMO_PORT": port}, check=False, capture_output=True, text=True, timeout=250
    )
    assert asked.returncode == code
    assert words in asked.stdout + asked.stderr
    assert "Starting" not in asked.stdout
    assert "Traceback" not in asked.stderr


def test_each_program_for_contributors_answers_to_help() -> None:
    """Asked for help it begins nothing: a bench takes minutes, and a release replaces files."""
    root = Path(demo.__file__).parents[1]
    programs = [
        path
        for folder in ("tools", "proofs", "benchmarks", "tests")
        for path in (root / folder).rglob("*.py")
        if '\nif __name__ == "__main__":\n' in path.read_text(encoding="utf-8")
        # What another program starts, with arguments of its own, is nothing that a person would ask.
        and "sys.argv[1]" not in path.read_text(encoding="utf-8")
    ]
    assert len(programs) > 10
    for path in programs:
        started = path.read_text(encoding="utf-8").split('\nif __name__ == "__main__":\n')[1]
        assert "take_none(__doc__)" in started or "ArgumentParser" in started, path


@pytest.mark.parametrize(
    "program",
    ["tools/setup", "tools/system", "tools/lock", "tools/site/build", "tools/site/setup", "deploy/image/build"],
)
def test_so_does_each_script(program: str, tmp_path: Path) -> None:
    """With what stands at its head."""
    script = Path(demo.__file__).parents[1] / program
    asked = subprocess.run([script, "--help"], cwd=tmp_path, check=True, capture_output=True, text=True, timeout=250)
    head = script.read_text(encoding="utf-8").partition("\nset -eu\n")[0].splitlines()[1:]
    assert asked.stdout.splitlines() == [line.removeprefix("# ") for line in head]
