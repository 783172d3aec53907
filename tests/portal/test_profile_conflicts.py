"""Edits of a profile that was changed in WHMCS meanwhile: what counts as a conflict, and what is told of it.

Bob's, for Ada's edits in other tests count against her limit.
"""

from typing import Any

import httpx2
import pytest

from tests.forms import filled
from tests.portal.conftest import Portal
from tests.portal.profiles import PROFILE, held, writes
from tests.portal.test_sign_in import problem


def change_elsewhere(portal: Portal, **fields: Any) -> None:
    portal.whmcs.control("PATCH", "clients/2", {**fields, "tell": False})


def test_the_value_that_was_seen_is_asked_for_again(portal: Portal, bob: httpx2.Client) -> None:
    """It is not there any more: it is neither written nor claimed to be."""
    seen = bob.get(PROFILE)
    change_elsewhere(portal, city="Leeds")
    answer = bob.patch(PROFILE, json={"city": seen.json()["city"]}, headers={"If-Match": seen.headers["etag"]})
    assert problem(answer) == (409, "profile_conflict")
    assert (writes(portal), held(portal, 2)["city"]) == ([], "Leeds")


def test_the_email_preferences_that_were_seen_are_asked_for_again(portal: Portal, bob: httpx2.Client) -> None:
    seen = bob.get(PROFILE)
    portal.whmcs.api("UpdateClient", clientid=2, **{"email_preferences[product]": 0})
    portal.whmcs.forget_calls()
    patch = {"email_preferences": {"product": True}}
    answer = bob.patch(PROFILE, json=patch, headers={"If-Match": seen.headers["etag"]})
    assert problem(answer) == (409, "profile_conflict")
    assert writes(portal) == []
    assert bob.patch(PROFILE, json=patch).json()["email_preferences"]["product"] is True


@pytest.mark.parametrize("patch", [{}, {"country": "IE"}, {"city": "Leeds"}], ids=str)
def test_a_conflict_is_looked_for_first(portal: Portal, bob: httpx2.Client, patch: dict[str, str]) -> None:
    """An edit that would write nothing was made on something else all the same."""
    seen = bob.get(PROFILE).headers["etag"]
    change_elsewhere(portal, city="Leeds", companyname="Elsewhere Ltd")
    assert problem(bob.patch(PROFILE, json=patch, headers={"If-Match": seen})) == (409, "profile_conflict")


def test_an_edit_that_was_made_already_is_no_conflict(portal: Portal, bob: httpx2.Client) -> None:
    """Sent again after a lost answer, by a program or by a second click."""
    seen, page = bob.get(PROFILE).headers["etag"], bob.get("/profile", headers={"Accept": "text/html"})
    for _ in range(2):
        answer = bob.patch(PROFILE, json={"city": "Leeds"}, headers={"If-Match": seen})
        assert (answer.status_code, answer.json()["city"]) == (200, "Leeds")
    assert bob.post("/profile", data=filled(page, city="Leeds")).status_code == 303
    assert len(writes(portal)) == 1


def test_both_versions_are_told(portal: Portal, bob: httpx2.Client) -> None:
    """Which fields have changed, and what the profile is now: enough to show them side by side."""
    seen = bob.get(PROFILE)
    change_elsewhere(portal, city="Leeds", companyname="Elsewhere Ltd")
    answer = bob.patch(PROFILE, json={"address1": "2 Way"}, headers={"If-Match": seen.headers["etag"]})
    told = answer.json()
    assert told["changed"] == ["city", "company_name"]
    now = bob.get(PROFILE).json()
    assert told["current"] == {name: value for name, value in now.items() if name not in {"as_of", "unreadable"}}
    assert (now["city"], now["company_name"]) == ("Leeds", "Elsewhere Ltd")


def test_preferences_left_alone_in_the_form_follow_whmcs(portal: Portal, bob: httpx2.Client) -> None:
    """After a conflict the page comes with those of now; saving it again does not bring the old ones back."""
    page = bob.get("/profile", headers={"Accept": "text/html"})
    portal.whmcs.api("UpdateClient", clientid=2, **{"email_preferences[product]": 0})
    conflict = bob.post("/profile", data=filled(page, city="Leeds"))
    assert conflict.status_code == 409
    assert bob.post("/profile", data=filled(conflict)).status_code == 303
    after = bob.get(PROFILE).json()
    assert (after["city"], after["email_preferences"]["product"]) == ("Leeds", False)
