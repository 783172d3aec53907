"""What the doctor says of a WHMCS that answers, but not as it should."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import run_forked
from tests.stack import Sandbox


@pytest.fixture(autouse=True)
def _whole(whmcs: Sandbox) -> Iterator[None]:
    yield
    whmcs.control("POST", "reset")


def failed(folder: Path, settings: dict[str, str], **changes: str) -> dict[str, str]:
    """What failed, with the advice; the exit code agrees."""
    done = run_forked(folder, "doctor", "--json", **{**settings, **changes})
    found = [each for each in json.loads(done.stdout)["checks"] if each["verdict"] == "fail"]
    assert done.returncode == bool(found), done.stderr
    return {each["check"]: f"{each['message']} {each['advice']}" for each in found}


@pytest.mark.parametrize(
    ("message", "hints"),
    [
        ("An admin user is required", ("administrator", "includes/api.php")),
        ("API Function Not Found", ("does not offer the action",)),
        ("Forbidden IP 203.0.113.9", ("203.0.113.9", "API IP Access Restriction")),
        ("Invalid IP 2001:db8::1", ("2001:db8::1",)),
        ("Authentication Failed", ("WHMCS_SECRET",)),
        ("Something went wrong", ("API log",)),
    ],
)
def test_a_whmcs_that_answers_an_error_to_everything(
    tmp_path: Path, settings: dict[str, str], whmcs: Sandbox, message: str, hints: tuple[str, ...]
) -> None:
    """It does not accept the credentials, and every permission is not allowed: the cause is named."""
    whmcs.control("PUT", "quirks", {"status-errors": True})
    whmcs.break_with("error", message=message)
    said = failed(tmp_path, settings)["whmcs"]
    assert [hint for hint in hints if hint not in said] == []


@pytest.mark.parametrize("message", ["API Command Restricted to Internal API", "An admin user is required", "No luck"])
def test_one_action_that_is_refused(tmp_path: Path, settings: dict[str, str], whmcs: Sandbox, message: str) -> None:
    """Only what WHMCS says of an id that it does not have counts as allowed."""
    whmcs.break_with("error", message=message, action="GetInvoice")
    assert set(failed(tmp_path, settings)) == {"whmcs permission GetInvoice"}


@pytest.mark.parametrize("message", ["Invoice ID Not Found", "Invalid invoice_id"])
def test_what_does_not_exist_is_well(tmp_path: Path, settings: dict[str, str], whmcs: Sandbox, message: str) -> None:
    whmcs.control("PUT", "quirks", {"status-errors": True})
    whmcs.break_with("error", message=message, action="GetInvoice")
    assert failed(tmp_path, settings) == {}


def test_a_version_that_is_too_old(tmp_path: Path, settings: dict[str, str], whmcs: Sandbox) -> None:
    whmcs.control("PATCH", "settings", {"version": "7.10.3"})
    assert "is not supported" in failed(tmp_path, settings)["whmcs version"]


def test_the_system_url_and_the_zone(tmp_path: Path, settings: dict[str, str], whmcs: Sandbox) -> None:
    """The addon tells both; without it the doctor says that it could not compare."""
    done = run_forked(tmp_path, "doctor", **{**settings, "whmcs_timezone": "Asia/Tokyo"})
    assert done.returncode == 0
    assert done.stdout.count("not compared") == 2
    whmcs.control("PATCH", "settings", {"addon": True})
    assert failed(tmp_path, settings) == {}
    zone = failed(tmp_path, settings, whmcs_timezone="Asia/Tokyo")
    assert "WHMCS_TIMEZONE" in zone["whmcs time zone"]
    whmcs.control("PATCH", "settings", {"system_url": "https://www.example.com/billing/"})
    said = failed(tmp_path, settings)["whmcs System URL"]
    assert "https://www.example.com" in said
    assert [name for name in ("System URL", "WHMCS_URL", "WHMCS_PUBLIC_URL") if name not in said] == []
