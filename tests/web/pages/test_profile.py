"""The profile page: a plain form that keeps what was entered, and what it says of the attempt to save."""

import re
from collections.abc import Iterator
from html import unescape

import httpx2
import pytest

from tests.forms import Form, filled
from tests.sessions import make_older
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.usefixtures("untouched")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("portal"), whmcs_timeout_seconds="10") as running:
        yield running


@pytest.fixture
def ada(portal: Stack) -> Iterator[httpx2.Client]:
    with portal.visitor("ada@example.com") as client:
        client.headers["Accept"] = "text/html"
        yield client


def text_of(page: httpx2.Response) -> str:
    main = re.sub(r"<select.*?</select>|<[^>]*>", " ", page.text.partition("<main")[2], flags=re.DOTALL)
    return " ".join(unescape(main).split())


def test_every_field_says_what_it_is_for(ada: httpx2.Client) -> None:
    """Country first, in the order of the country; browsers can fill in each; WHMCS's values stand in them."""
    form = Form(ada.get("/profile"))
    visible = {name: given for name, given in form.attributes.items() if given.get("type") != "hidden"}
    assert next(iter(visible)) == "country"
    assert [name for name, given in visible.items() if not given.get("autocomplete")] == []
    assert [name for name in visible if not name.startswith("prefer_")] == [
        *("country", "company_name", "first_name", "last_name", "address1", "address2", "city", "postcode", "state"),
        *("phone", "tax_id", "email", "language"),
    ]
    assert form.values["city"] == "London"
    assert form.values["phone"] == "+44 20 7946 0958"


def test_saving_says_what_it_means(portal: Stack, ada: httpx2.Client) -> None:
    """New invoices and old ones; only what was changed is written; a reload saves nothing again."""
    page = ada.get("/profile")
    answer = ada.post("/profile", data=filled(page, address1="1 Dorset Street"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile?saved=1")
    [write] = [call["params"] for call in portal.sandbox.calls() if call["action"] == "UpdateClient"]
    assert write == {"clientid": "1", "address1": "1 Dorset Street"}
    shown = text_of(ada.get("/profile?saved=1"))
    assert "Saved. New invoices use this address. Invoices that you already have" in shown


def test_what_whmcs_alters_is_named(portal: Stack, ada: httpx2.Client) -> None:
    """An old database cuts text at the first emoji: whoever saved it is told which field to look at."""
    page = ada.get("/profile?saved=1&altered=company_name.nonsense")
    assert "Some details were saved in another form. Please check: Company" in text_of(page)
    assert "nonsense" not in text_of(page)


def test_what_was_entered_stays(ada: httpx2.Client) -> None:
    """With a summary that links to each field, and the reason at the field."""
    page = ada.get("/profile")
    entered = filled(page, address1="", postcode="123", company_name='<b>"Sons"</b>', phone="call me")
    answer = ada.post("/profile", data=entered)
    assert answer.status_code == 422
    again = Form(answer)
    for name in ("address1", "postcode", "company_name", "phone", "seen"):
        assert again.values[name] == entered[name]
    for name in ("address1", "postcode", "phone"):
        assert f'href="#{name}"' in answer.text
        assert again.attributes[name]["aria-invalid"] == "true"
        assert f'id="{again.attributes[name]["aria-describedby"]}"'.split()[0].rstrip('"') in answer.text
    assert "autofocus" in answer.text
    assert "no-store" in answer.headers["cache-control"]


def test_another_country_has_other_fields(ada: httpx2.Client) -> None:
    """Asked for without a script, too; what cannot be in that country is asked for anew, the rest is kept."""
    page = ada.get("/profile")
    assert "ZIP code" not in text_of(page)
    moved = ada.post("/profile", data=filled(page, country="US", address1="1 Infinite Loop", adapt="1"))
    assert moved.status_code == 200
    form = Form(moved)
    assert (form.values["address1"], form.values["state"], form.values["postcode"]) == ("1 Infinite Loop", "", "")
    assert {"State", "ZIP code"} <= set(re.findall(r"State|ZIP code", text_of(moved)))
    saved = ada.post("/profile", data=filled(moved, state="California", postcode="95014", city="Cupertino"))
    assert saved.status_code == 303
    assert ada.get("/api/v1/profile").json()["state"] == "California"


def test_both_versions_side_by_side(portal: Stack, ada: httpx2.Client) -> None:
    """Changed elsewhere meanwhile: nothing is saved, both are shown; what the person did not touch is brought up to
    date, and saving again is their decision."""
    page = ada.get("/profile")
    portal.sandbox.control("PATCH", "clients/1", {"city": "Leeds", "address1": "9 Elsewhere", "tell": False})
    answer = ada.post("/profile", data=filled(page, address1="1 Dorset Street"))
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "changed elsewhere in the meantime. Nothing was saved." in shown
    assert "Address 1 Dorset Street 9 Elsewhere" in shown
    assert "City London Leeds" in shown
    assert (Form(answer).values["city"], Form(answer).values["address1"]) == ("Leeds", "1 Dorset Street")
    assert ada.post("/profile", data=filled(answer)).status_code == 303
    after = ada.get("/api/v1/profile").json()
    assert (after["city"], after["address1"]) == ("Leeds", "1 Dorset Street")


@pytest.mark.parametrize(("is_done", "said"), [(True, "is what you entered"), (False, "City Leeds London")])
def test_we_do_not_know_whether_it_was_saved(portal: Stack, ada: httpx2.Client, is_done: bool, said: str) -> None:
    """That is said, with what WHMCS holds now; what was entered is not lost."""
    page = ada.get("/profile")
    portal.sandbox.break_with("status", action="UpdateClient", after=is_done)
    answer = ada.post("/profile", data=filled(page, city="Leeds"))
    assert answer.status_code == 503
    assert "We do not know whether this was saved." in text_of(answer)
    assert said in text_of(answer)
    assert Form(answer).values["city"] == "Leeds"


def test_an_outage_keeps_what_was_entered(portal: Stack, ada: httpx2.Client) -> None:
    """WHMCS away: it is said, nothing was saved, and the form waits for another try."""
    page = ada.get("/profile")
    portal.sandbox.break_with("status")
    answer = ada.post("/profile", data=filled(page, city="Leeds"))
    assert answer.status_code == 503
    assert "Nothing was saved. The billing system is unavailable. Please try again." in text_of(answer)
    assert Form(answer).values["city"] == "Leeds"
    portal.sandbox.mend()


def test_the_email_address_asks_for_the_password(portal: Stack, ada: httpx2.Client) -> None:
    """When the sign-in is older than five minutes; it is never shown again."""
    page = ada.get("/profile")
    assert "current_password" not in page.text
    make_older(portal, minutes=6)
    asked = ada.post("/profile", data=filled(page, email="countess@example.com"))
    assert asked.status_code == 403
    wrong = ada.post("/profile", data=filled(asked, current_password="not-the-one"))
    assert wrong.status_code == 401
    assert "The e-mail address or the password is wrong." in text_of(wrong)
    assert "not-the-one" not in wrong.text
    assert ada.post("/profile", data=filled(wrong, current_password="demo-password-1")).status_code == 303
    assert ada.get("/api/v1/profile").json()["email"] == "countess@example.com"


def test_the_pages_speak_the_chosen_language(ada: httpx2.Client) -> None:
    """From the next page on, errors of the form included."""
    page = ada.get("/profile", headers={"Accept-Language": "en"})
    assert ada.post("/profile", data=filled(page, language="german")).status_code == 303
    for path in ("/profile?saved=1", "/invoices", "/"):
        assert '<html lang="de"' in ada.get(path, headers={"Accept-Language": "en"}).text
    page = ada.get("/profile")
    wrong = ada.post("/profile", data=filled(page, postcode="1"), headers={"Accept-Language": "en"})
    assert '<html lang="de"' in wrong.text
    assert "keine Postleitzahl dieses Landes" in wrong.text


def test_whoever_may_not_see_it_is_not_led_there(portal: Stack) -> None:
    """Chidi may see the profile of client 1 only."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 4}).raise_for_status()
        assert 'href="/profile"' not in chidi.get("/invoices").text
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert 'href="/profile"' in chidi.get("/profile").text


def test_issued_invoices_keep_their_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where WHMCS is set to that, both pages say so instead of passing today's address off as the invoice's."""
    with running_stack(tmp_path_factory.mktemp("snapshot"), invoice_address="snapshot") as stack:
        number = stack.sandbox.notable("ada.due_soon")
        with stack.visitor("ada@example.com") as ada:
            assert ada.post("/profile", data=filled(ada.get("/profile"), city="Leeds")).status_code == 303
            assert "issued before keep the address of that day" in text_of(ada.get("/profile?saved=1"))
            invoice = text_of(ada.get(f"/invoices/{number}"))
    assert "This invoice keeps the address of the day on which it was issued." in invoice
    assert "Billed to" not in invoice


def test_codes_are_stored_as_the_country_writes_them(portal: Stack, ada: httpx2.Client) -> None:
    """In the form and in the API alike."""
    portal.sandbox.forget_calls()
    moved = filled(
        ada.get("/profile"), country="PL", state="", postcode="00001", city="Warszawa", phone="+48 22 123 45 67"
    )
    assert ada.post("/profile", data=moved).status_code == 303
    ada.headers["Accept"] = "application/json"
    answer = ada.patch(
        "/api/v1/profile", json={"postcode": "\uff10\uff10\u30fc\uff10\uff10\uff12", "first_name": "\u200b"}
    )
    assert [error["field"] for error in answer.json()["errors"]] == ["first_name"]
    answer = ada.patch("/api/v1/profile", json={"postcode": "\uff10\uff10\u30fc\uff10\uff10\uff12"})
    assert answer.json()["postcode"] == "00-002"
    writes = [call["params"] for call in portal.sandbox.calls() if call["action"] == "UpdateClient"]
    assert [write["postcode"] for write in writes] == ["00-001", "00-002"]
