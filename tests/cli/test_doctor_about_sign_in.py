"""What `counterfoil doctor` finds about how people sign in."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests import openid
from tests.cli.commands import run_forked
from tests.stack import Sandbox, openid_settings


@pytest.fixture
def provided(settings: dict[str, str], whmcs: Sandbox) -> dict[str, str]:
    """With the sandbox's provider, which behaves."""
    openid.behave(whmcs)
    return {**settings, **openid_settings(whmcs.url)}


def found(tmp_path: Path, settings: dict[str, str]) -> dict[str, dict[str, Any]]:
    report = json.loads(run_forked(tmp_path, "doctor", "--json", **settings).stdout)
    return {check["check"]: check for check in report["checks"] if check["check"].startswith("sign-in")}


def test_passwords_leave_people_with_two_factor_out(tmp_path: Path, settings: dict[str, str]) -> None:
    """The operator is told what would let them in."""
    said = found(tmp_path, settings)["sign-in"]
    assert said["verdict"] == "ok"
    assert "two-factor" in said["message"]
    assert "OpenID Connect" in said["message"]


def test_a_provider_that_knows_the_portal(tmp_path: Path, provided: dict[str, str]) -> None:
    """Issuer, keys, algorithms, credentials, and the address to register there."""
    said = found(tmp_path, provided)
    assert {each["verdict"] for each in said.values()} == {"ok"}, said
    assert "RS256" in said["sign-in provider"]["message"]
    assert f"{provided['base_url']}/sign-in/callback" in said["sign-in redirect"]["message"]


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("other-issuer", {}, ("sign-in provider", "of the issuer https://somebody.example")),
        ("endpoint-elsewhere", {}, ("sign-in provider", "token_endpoint")),
        ("only-hs256", {}, ("sign-in provider", "signs with none of")),
        ("", {"oidc_client_secret": "another"}, ("sign-in credentials", "invalid_client")),
        ("", {"oidc_client_id": "another"}, ("sign-in credentials", "invalid_client")),
        ("", {"oidc_discovery_url": "http://127.0.0.1:9/x"}, ("sign-in provider", "ConnectError")),
    ],
)
def test_what_is_wrong_with_a_provider(
    provided: dict[str, str], tmp_path: Path, kind: str, changes: dict[str, str], said: tuple[str, str]
) -> None:
    """In words, with what to do about it; no secret among them."""
    httpx2.put(f"{provided['whmcs_url']}/_sandbox/openid", json={"kind": kind}, timeout=60).raise_for_status()
    given = {**provided, **changes}
    check, words = said
    finding = found(tmp_path, given)[check]
    assert (finding["verdict"], words in finding["message"]) == ("fail", True), finding
    assert finding["advice"]
    assert given["oidc_client_secret"] not in json.dumps(finding)
