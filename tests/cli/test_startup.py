"""Wrong settings end every command before it begins."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import run
from tests.processes import free_port


@pytest.mark.parametrize("command", ["serve", "migrate", "links"])
def test_wrong_settings_are_said_once_and_all_together(tmp_path: Path, command: str) -> None:
    """Exit 2, no traceback."""
    done = run(tmp_path, command, secret_key="short")
    assert done.returncode == 2
    for name in ("SECRET_KEY", "WHMCS_URL", "WHMCS_IDENTIFIER", "WHMCS_SECRET"):
        assert done.stderr.count(f"COUNTERFOIL_{name}:") == 1
    assert "Traceback" not in done.stderr


def test_a_way_in_that_is_not_there_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    """With OIDC_ISSUER the password would be off, and nothing in its place: nobody could sign in. `serve` does not
    start, `doctor` says the same, and what needs no sign-in goes on working.
    """
    closed = {**settings, "oidc_issuer": "https://login.example.com"}
    done = run(tmp_path, "serve", "--port", str(free_port()), **closed)
    assert done.returncode == 2
    (said,) = [line for line in done.stderr.splitlines() if "COUNTERFOIL_OIDC_ISSUER" in line]
    assert "nobody could sign in" in said
    assert "Traceback" not in done.stderr
    looked = run(tmp_path, "doctor", "--json", **closed)
    assert looked.returncode == 1
    (found,) = [check for check in json.loads(looked.stdout)["checks"] if check["check"] == "sign-in"]
    assert (found["verdict"], "COUNTERFOIL_OIDC_ISSUER" in found["advice"]) == ("fail", True)
    assert run(tmp_path, "links", **closed).returncode == 0
