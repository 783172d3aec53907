"""Ada's profile through the API: what it says, what WHMCS holds, and what was written."""

import time
from collections.abc import Callable
from typing import Any

import httpx2

from tests.portal.conftest import Portal
from tests.portal.test_sign_in import problem

PROFILE = "/api/v1/profile"


def wrong(answer: httpx2.Response) -> dict[str, str]:
    """Field -> message of a refusal."""
    assert problem(answer) == (422, "validation_failed"), answer.text
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


def held(portal: Portal, client_id: int = 1) -> dict[str, Any]:
    details: dict[str, Any] = portal.whmcs.api("GetClientsDetails", clientid=client_id)["client"]
    return details


def writes(portal: Portal) -> list[dict[str, str]]:
    return [call["params"] for call in portal.whmcs.calls() if call["action"] == "UpdateClient"]


def wait_until(holds: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
