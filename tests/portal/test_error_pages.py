"""Errors of signed-in people speak the language of their profile, and name their account as it is now."""

import httpx2
import pytest

from tests.portal.conftest import Portal

BROWSER = {"Accept": "text/html", "Accept-Language": "en-GB,en"}
NOWHERE = ["/nothing/here", "/invoices/999999", "/orders/ffffffffffffffffffffffffffffffff"]


@pytest.mark.parametrize("path", NOWHERE)
def test_an_error_page_is_in_the_language_of_the_profile(portal: Portal, path: str) -> None:
    with portal.visitor("yuki@example.com") as yuki:
        yuki.get("/api/v1/invoices")
        page = yuki.get(path, headers=BROWSER)
    assert page.status_code == 404
    assert '<html lang="ja"' in page.text


def test_a_problem_is_in_the_language_of_the_profile(portal: Portal) -> None:
    with portal.visitor("yuki@example.com") as yuki:
        yuki.get("/api/v1/invoices")
        problem = yuki.get("/api/v1/invoices/999999", headers={"Accept-Language": "en-GB,en"}).json()
    assert problem["detail"] == "請求書が見つかりません。"


def test_the_language_is_known_while_the_client_is_not(portal: Portal) -> None:
    """After a webhook nothing of the client is kept, and WHMCS may be away: the session still remembers."""
    with portal.visitor("yuki@example.com") as yuki:
        yuki.get("/api/v1/invoices")
        portal.whmcs.break_with("status", action="GetClientsDetails")
        portal.webhook("client.updated", client_id=5)
        page = yuki.get("/invoices", headers=BROWSER)
        portal.whmcs.mend()
    assert page.status_code == 503
    assert '<html lang="ja"' in page.text


def test_an_error_page_after_an_edit(portal: Portal, ada: httpx2.Client) -> None:
    """It has the new language, and not the name that the session was opened with."""
    edit = {"company_name": "Difference Engines Ltd.", "language": "german"}
    assert ada.patch("/api/v1/profile", json=edit).status_code == 200
    # Each worker could have a copy of its own to be wrong with.
    for after in [ada.get("/nothing/here", headers=BROWSER).text for _ in range(6)]:
        assert "Analytical Engines" not in after
        assert '<html lang="de"' in after


def test_a_name_that_may_be_old_is_not_shown(portal: Portal, ada: httpx2.Client) -> None:
    """WHMCS has told of a change, and nobody has read yet what it was."""
    ada.get("/api/v1/invoices")
    portal.webhook("client.updated", client_id=1)
    page = ada.get("/nothing/here", headers=BROWSER)
    assert page.status_code == 404
    assert "Analytical Engines" not in page.text
