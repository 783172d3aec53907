"""The sign-in page where WHMCS checks passwords: nobody is stranded on it."""

import re
from collections.abc import Iterator
from html import unescape

import httpx2
import pytest

from tests.forms import filled
from tests.stack import Stack, running_stack

TESS = {"email": "tess@example.com", "password": "demo-password-1", "next": "/invoices"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    given = {"register_url": "https://shop.example/join", "support_url": "mailto:help@example.com"}
    with running_stack(tmp_path_factory.mktemp("portal"), trusted_proxies="127.0.0.1", **given) as running:
        yield running


def test_every_dead_end_has_a_next_click(portal: Stack, anybody: httpx2.Client) -> None:
    """A forgotten password leads to WHMCS's own page, which says the same to every address; no account to the shop."""
    page = anybody.get("/sign-in").text
    assert f'href="{portal.sandbox.url}/index.php?rp=/password/reset"' in page
    assert 'href="https://shop.example/join"' in page
    assert 'href="mailto:help@example.com"' in page


def test_people_with_two_factor_have_a_page_of_their_own(portal: Stack, anybody: httpx2.Client) -> None:
    """It says why a password is not enough, what can be done at WHMCS, and leads there; nobody is signed in."""
    answer = anybody.post("/sign-in", data=TESS)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "two-factor" in answer.text
    assert re.findall(r'class="button main" href="([^"]*)"', answer.text) == [f"{portal.sandbox.url}/clientarea.php"]
    assert 'href="/sign-in?next=/invoices"' in answer.text


def test_who_is_locked_out_is_told_for_how_long(anybody: httpx2.Client) -> None:
    """In minutes, with the way to another password; the address that was typed is still there."""
    anybody.headers["x-forwarded-for"] = "198.51.100.77"
    form = {"email": "locked@example.com", "password": "wrong"}
    answers = [anybody.post("/sign-in", data=form) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    page = answers[-1].text
    assert re.search(r"Too many attempts\. Try again in 1[45] minutes\.", page)
    assert "/password/reset" in page
    assert 'value="locked@example.com"' in page
    assert 840 <= int(answers[-1].headers["retry-after"]) <= 900


def here(page: httpx2.Response) -> str:
    """Where the choice of a language leads back to."""
    (found,) = re.findall(r'name="next" value="([^"]*)" data-here', page.text)
    return unescape(found)


def test_the_language_is_chosen_before_the_sign_in(portal: Stack, anybody: httpx2.Client) -> None:
    """And kept until then, over the browser's; where to go afterwards is not lost."""
    anybody.headers["accept-language"] = "fr"
    page = anybody.get("/sign-in?next=/profile&lang=fr")
    assert '<html lang="fr"' in page.text
    chosen = anybody.post("/language", data={"lang": "de", "next": here(page)}, follow_redirects=True)
    assert dict(chosen.url.params) == {"next": "/profile"}
    assert '<html lang="de"' in chosen.text
    assert 'name="next" value="/profile"' in chosen.text
    assert '<html lang="de"' in anybody.get("/sign-in").text
    assert '<html lang="de"' in anybody.post("/sign-in", data={"email": "a", "password": "b"}).text
    missing = anybody.get("/nothing/here", headers={"accept": "text/html"})
    assert '<html lang="de"' in missing.text


def test_the_language_can_be_chosen_on_any_page(portal: Stack) -> None:
    """Signed in, too: over the profile's, also where the page was cached in another; a newer choice on the profile
    page ends it. Nothing of it reaches WHMCS.
    """
    with portal.visitor("ada@example.com") as ada:
        page = ada.get("/invoices?view=overdue")
        assert '<html lang="en"' in page.text
        portal.sandbox.forget_calls()
        chosen = ada.post("/language", data={"lang": "ja", "next": here(page)}, headers={"referer": str(page.url)})
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/invoices?view=overdue")
        assert '<html lang="ja"' in ada.get("/invoices?view=overdue").text
        assert "UpdateClient" not in portal.sandbox.actions()
        for language, tag in (("french", "fr"), ("english", "en")):
            form = filled(ada.get("/profile"), language=language)
            assert ada.post("/profile", data=form).status_code == 303
            assert f'<html lang="{tag}"' in ada.get("/invoices?view=overdue").text


def test_a_choice_of_language_repeats_nothing_that_was_asked_for(portal: Stack) -> None:
    """A page does not say its query, which may hold a token, and one of an error not its path: where the browser came
    from is where it goes back to, but for what no page asks for. Without it, to the page as it is at first.
    """
    with portal.visitor("ada@example.com") as ada:
        ada.headers["accept"] = "text/html"
        found, missing = ada.get("/invoices?view=overdue&token=canary"), ada.get("/invoices/none?token=canary")
        refused = ada.post("/contacts/manage", headers={"origin": "https://evil.example", "referer": str(found.url)})
        assert [answer.status_code for answer in (found, missing, refused)] == [200, 404, 403]
        assert [here(answer) for answer in (found, missing, refused)] == ["/invoices", "", "/invoices"]
        assert all("canary" not in answer.text for answer in (found, missing, refused))
        for page, without in ((found, "/invoices"), (missing, "/")):
            form = {"lang": "en", "next": here(page)}
            back = ada.post("/language", data=form, headers={"referer": str(page.url)})
            assert f"{back.headers['location']}&token=canary" == page.url.raw_path.decode().replace("?token", "&token")
            assert ada.post("/language", data=form).headers["location"] == without


def test_a_choice_of_language_leads_to_no_other_host(anybody: httpx2.Client) -> None:
    for address in ("https://evil.example/", "//evil.example", "/\\evil.example", ""):
        answer = anybody.post("/language", data={"lang": "de", "next": address})
        assert answer.headers["location"] == "/"
    unknown = anybody.post("/language", data={"lang": "xx", "next": "/profile"})
    assert "set-cookie" not in unknown.headers


@pytest.mark.parametrize("language", ["xx", "", "de\r\nx: y", "<script>"])
def test_a_language_that_there_is_not_changes_nothing(anybody: httpx2.Client, language: str) -> None:
    """No cookie, no other page."""
    answer = anybody.get("/sign-in", params={"lang": language})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert '<html lang="en"' in answer.text


def test_a_refusal_has_a_reference(anybody: httpx2.Client) -> None:
    """By which the operator finds the line in the log."""
    answer = anybody.post("/sign-in", data={"email": "ada@example.com", "password": "wrong"})
    assert answer.status_code == 401
    assert answer.headers["x-request-id"] in answer.text


@pytest.mark.parametrize("path", ["/sign-in/start", "/sign-in/callback?code=x&state=y"])
def test_without_a_provider_there_is_no_way_to_it(anybody: httpx2.Client, path: str) -> None:
    """Nothing there."""
    assert anybody.get(path, headers={"accept": "text/html"}).status_code == 404
