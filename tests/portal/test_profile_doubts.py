"""An edit of whose end nobody is sure: unknown, late, hidden for a while, or before an outage."""

from typing import Any

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.portal.profiles import PROFILE, held, wait_until, writes
from tests.portal.test_sign_in import problem

LATE = 2 + 2 + 30
"""Seconds after which a write of unknown outcome shows: P + e, and the time a busy machine needs to notice it here. A
value that counts for its whole lifetime would show for minutes.
"""


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "hang"},
        {"kind": "status", "after": True},
        {"kind": "status", "after": False},
        {"kind": "reset", "after": True},
        {"kind": "truncated-json", "after": True},
        {"kind": "html", "after": True},
    ],
    ids=str,
)
def test_an_unknown_outcome_is_said(portal: Portal, ada: httpx2.Client, fault: dict[str, Any]) -> None:
    """Never claimed, never tried again; what WHMCS has done of it shows on every process shortly after."""
    ada.get(PROFILE)
    portal.whmcs.break_with(action="UpdateClient", **fault)
    answer = ada.patch(PROFILE, json={"city": "Leeds"})
    assert (problem(answer), answer.json()["outcome"]) == ((503, "billing_unavailable"), "unknown")
    assert "retry-after" in answer.headers
    assert len(writes(portal)) == 1
    truth = held(portal)["city"]
    assert truth == ("Leeds" if fault.get("after") else "London")
    wait_until(lambda: {ada.get(PROFILE).json()["city"] for _ in range(6)} == {truth}, LATE)
    portal.whmcs.mend()
    assert ada.patch(PROFILE, json={"city": "York"}).json()["city"] == "York"


def test_a_write_that_lands_late_shows(portal: Portal, ada: httpx2.Client) -> None:
    """PHP works on although we have given up on it: the reads of the next minute are believed only shortly."""
    portal.whmcs.break_with("status", action="UpdateClient", after=False)
    assert ada.patch(PROFILE, json={"city": "Leeds"}).json()["outcome"] == "unknown"
    portal.whmcs.mend()
    for _ in range(4):
        assert ada.get(PROFILE).json()["city"] == "London"
    portal.whmcs.control("PATCH", "clients/1", {"city": "Leeds", "tell": False})
    wait_until(lambda: {ada.get(PROFILE).json()["city"] for _ in range(6)} == {"Leeds"}, LATE)


@pytest.mark.parametrize(("lag", "is_seen"), [(1.0, True), (4.0, False)])
def test_what_whmcs_shows_late(portal: Portal, ada: httpx2.Client, lag: float, is_seen: bool) -> None:
    """It said that it was done. We say so when it shows, and then it shows everywhere; or that we do not know."""
    ada.get(PROFILE)
    portal.whmcs.control("PATCH", "settings", {"commit_lag": lag, "weather": {"mode": "lost"}})
    answer = ada.patch(PROFILE, json={"city": "Leeds"})
    if is_seen:
        assert (answer.status_code, answer.json()["city"]) == (200, "Leeds")
        assert {ada.get(PROFILE).json()["city"] for _ in range(6)} == {"Leeds"}
        return
    assert (problem(answer), answer.json()["outcome"]) == ((503, "billing_unavailable"), "unknown")
    wait_until(lambda: held(portal)["city"] == "Leeds", lag + 30)
    wait_until(lambda: {ada.get(PROFILE).json()["city"] for _ in range(6)} == {"Leeds"}, LATE)


def test_whmcs_down_before_the_write(portal: Portal, ada: httpx2.Client) -> None:
    """Without a look at what is there nothing is written, and that much is known."""
    portal.whmcs.break_with("status", action="GetClientsDetails")
    answer = ada.patch(PROFILE, json={"city": "Leeds"})
    assert problem(answer) == (503, "billing_unavailable")
    assert "outcome" not in answer.json()
    assert writes(portal) == []


def test_the_answer_of_another_client_is_not_believed(portal: Portal, ada: httpx2.Client) -> None:
    """What WHMCS says is compared with what it was asked."""
    portal.whmcs.break_with("empty", action="UpdateClient", after=True)
    assert ada.patch(PROFILE, json={"city": "Leeds"}).json()["outcome"] == "unknown"
