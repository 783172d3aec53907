"""Wrong settings end every command before it begins."""

import gc
from pathlib import Path

import pytest

from counterfoil.cli import imported
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


def test_half_a_provider_is_refused(tmp_path: Path, settings: dict[str, str]) -> None:
    """An issuer without a client, half a rule for staff, a provider of this machine for a portal that is elsewhere."""
    half = {"oidc_issuer": "http://127.0.0.1:8081", "oidc_staff_claim": "groups", "base_url": "https://portal.example"}
    done = run(tmp_path, "serve", "--port", str(free_port()), **{**settings, **half})
    assert done.returncode == 2
    for name in ("OIDC_CLIENT_ID", "OIDC_STAFF_CLAIM", "OIDC_ISSUER"):
        assert done.stderr.count(f"COUNTERFOIL_{name}:") == 1, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("issuer", ["http://login.example.com", "login.example.com", "https://a:b@login.example.com"])
def test_an_issuer_that_cannot_be_trusted_is_refused(tmp_path: Path, settings: dict[str, str], issuer: str) -> None:
    """Whoever stands on the way could be anybody."""
    done = run(tmp_path, "links", **settings, oidc_issuer=issuer, oidc_client_id="x")
    assert done.returncode == 2
    assert done.stderr.count("COUNTERFOIL_OIDC_ISSUER:") == 1


@pytest.mark.parametrize("module", ["counterfoil.cli.serving", "counterfoil.nowhere"])
def test_the_collector_works_again_when_all_is_imported(module: str) -> None:
    """Or when it could not be: a portal that collected nothing would grow."""
    if module == "counterfoil.nowhere":
        with pytest.raises(ModuleNotFoundError):
            imported(module)
    else:
        imported(module)
    assert gc.isenabled()
