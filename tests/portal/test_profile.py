"""The profile by API: what is refused and why, what becomes of a write that goes wrong, and who may do it."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.portal.profiles import PROFILE, held, writes, wrong
from tests.portal.test_sign_in import problem
from tests.sessions import make_older


def test_a_merge_patch(portal: Portal, ada: httpx2.Client) -> None:
    """RFC 7396: what is left out stays, null empties; only what changes is sent; the answer is what WHMCS holds."""
    before = ada.get(PROFILE).json()
    patch = {"company_name": None, "address2": "Flat 3", "city": "London", "phone": "020 7946 0999"}
    answer = ada.patch(PROFILE, json=patch | {"email_preferences": {"product": False}})
    after = answer.json()
    assert answer.status_code == 200
    expected = before | {"company_name": "", "address2": "Flat 3", "phone": "+442079460999", "as_of": after["as_of"]}
    assert after == expected | {"email_preferences": before["email_preferences"] | {"product": False}}
    assert after["as_of"] > before["as_of"]
    sent = {"clientid": "1", "companyname": "", "address2": "Flat 3", "phonenumber": "+44.2079460999"}
    assert writes(portal) == [sent | {"email_preferences[product]": "0"}]
    content_type = {"content-type": "application/merge-patch+json"}
    assert ada.patch(PROFILE, content=b'{"address2": ""}', headers=content_type).json()["address2"] == ""


def test_what_is_there_already_is_not_written(portal: Portal, ada: httpx2.Client) -> None:
    """A form that is saved unchanged costs WHMCS no write, and tells nobody of a change."""
    same = {name: text for name, text in ada.get(PROFILE).json().items() if name != "as_of"}
    assert ada.patch(PROFILE, json=same).status_code == 200
    assert ada.patch(PROFILE, json={}).status_code == 200
    assert writes(portal) == []


@pytest.mark.parametrize(
    ("patch", "fields"),
    [
        ({"email": "bob@example.com"}, {"email"}),
        ({"email": "BOB@example.com"}, {"email"}),
        ({"email": "nobody"}, {"email"}),
        ({"email": None}, {"email"}),
        ({"email_preferences": {"domain": False}}, {"email_preferences.domain"}),
        ({"postcode": "12345"}, {"postcode"}),
        ({"country": "US"}, {"state", "postcode"}),
        ({"phone": "1-800-FLOWERS"}, {"phone"}),
        ({"tax_id": "GB123456789"}, {"tax_id"}),
        ({"first_name": "x" * 10_000, "last_name": "a\nb"}, {"first_name", "last_name"}),
        ({"language": "klingon"}, {"language"}),
        ({"status": "Closed"}, {"status"}),
        ({"credit": "1000.00"}, {"credit"}),
        ({"id": 2}, {"id"}),
    ],
    # By name: a set is written in another order by each of the processes that share the tests.
    ids=lambda value: " ".join(sorted(value)),
)
def test_refusals(portal: Portal, ada: httpx2.Client, patch: dict[str, Any], fields: set[str]) -> None:
    """By us before WHMCS is written to, or by WHMCS, whose own words nobody gets to see. Nothing is changed."""
    before = held(portal)
    messages = wrong(ada.patch(PROFILE, json=patch))
    assert set(messages) == fields
    assert not any(word in repr(messages) for word in ("Duplicate", "entered is not valid", "ICANN"))
    assert held(portal) == before


@pytest.mark.parametrize(
    "body", [b"[]", b'"x"', b"{", b"null", b'{"city": 1}', b'{"city": ["x"]}', b'{"city": "\xff"}']
)
def test_what_is_no_merge_patch(portal: Portal, ada: httpx2.Client, body: bytes) -> None:
    assert ada.patch(PROFILE, content=body).status_code in {400, 422}
    assert writes(portal) == []


def test_a_refusal_that_nobody_knows(portal: Portal, ada: httpx2.Client) -> None:
    """An installation's own hook may refuse anything: it is said that, not what."""
    portal.whmcs.break_with("error", action="UpdateClient", message="Robots are not allowed here")
    messages = wrong(ada.patch(PROFILE, json={"city": "Leeds"}))
    assert set(messages) == {"profile"}
    assert "Robots" not in repr(messages)


def test_names_of_all_the_world(ada: httpx2.Client) -> None:
    """They come back as they were written, through WHMCS's escaping and ours."""
    for text in ("由紀", "عبد الرحمن", "Zoë 🎉 & <Sons>", "O'Brien", '"; DROP TABLE x --'):
        assert ada.patch(PROFILE, json={"company_name": text}).json()["company_name"] == text
        assert ada.get(PROFILE).json()["company_name"] == text


def test_a_country_without_states(ada: httpx2.Client) -> None:
    """Singapore has none, and is none the worse for it."""
    move = {"country": "SG", "address1": "1 Raffles Place", "city": "Singapore", "state": None, "postcode": "048616"}
    after = ada.patch(PROFILE, json=move).json()
    assert {name: after[name] for name in move} == move | {"state": ""}


def test_nothing_is_overwritten_unseen(portal: Portal, ada: httpx2.Client) -> None:
    """With If-Match an edit says what it was made on; when that has changed in WHMCS, nothing is written."""
    seen = ada.get(PROFILE).headers["etag"]
    portal.whmcs.control("PATCH", "clients/1", {"city": "Leeds", "tell": False})
    answer = ada.patch(PROFILE, json={"address1": "1 Dorset Street"}, headers={"If-Match": seen})
    assert problem(answer) == (409, "profile_conflict")
    assert (writes(portal), held(portal)["city"]) == ([], "Leeds")
    fresh = ada.get(PROFILE).headers["etag"]
    headers = {"If-Match": fresh}
    assert ada.patch(PROFILE, json={"address1": "1 Dorset Street"}, headers=headers).status_code == 200
    assert problem(ada.patch(PROFILE, json={"address1": "2"}, headers={"If-Match": '"x"'}))[0] == 409
    assert ada.patch(PROFILE, json={"address1": "2 Dorset Street"}, headers={"If-Match": "*"}).status_code == 200


def test_reading_again_does_not_spoil_an_edit(portal: Portal, ada: httpx2.Client) -> None:
    """The ETag changes with `as_of`; what If-Match compares is the profile alone."""
    seen = ada.get(PROFILE).headers["etag"]
    portal.webhook("client.updated", client_id=1)
    assert ada.get(PROFILE).headers["etag"] != seen
    assert ada.get(PROFILE, headers={"If-None-Match": seen}).status_code == 200
    assert ada.patch(PROFILE, json={"city": "Leeds"}, headers={"If-Match": seen}).status_code == 200


def test_another_email_address_needs_a_fresh_sign_in(portal: Portal, ada: httpx2.Client) -> None:
    """Or the password again; a wrong one counts as a failed sign-in. Nothing else asks for it."""
    patch = {"email": "countess@example.com"}
    make_older(portal.stack, minutes=6)
    assert problem(ada.patch(PROFILE, json=patch)) == (403, "fresh_sign_in_required")
    assert problem(ada.patch(PROFILE, json=patch | {"current_password": "wrong"})) == (401, "sign_in_failed")
    assert writes(portal) == []
    assert ada.patch(PROFILE, json={"city": "Leeds"}).status_code == 200
    assert ada.patch(PROFILE, json={"city": "York", "email": "ada@example.com"}).status_code == 200
    changed = ada.patch(PROFILE, json=patch | {"current_password": "demo-password-1"})
    assert (changed.status_code, changed.json()["email"]) == (200, "countess@example.com")
    with portal.visitor("ada@example.com") as just_signed_in:
        assert just_signed_in.patch(PROFILE, json={"email": "ada@example.com"}).status_code == 200


def test_the_permission_counts(portal: Portal) -> None:
    """Chidi may see and change Ada's profile but not her invoices, and at Okafor's it is the other way round."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert chidi.get(PROFILE).json()["first_name"] == "Ada"
        assert problem(chidi.get("/api/v1/invoices")) == (403, "permission_denied")
        assert chidi.patch(PROFILE, json={"city": "Leeds"}).status_code == 200
        chidi.put("/api/v1/session/client", json={"client_id": 4}).raise_for_status()
        for answer in (chidi.get(PROFILE), chidi.patch(PROFILE, json={"city": "x"}), chidi.get("/profile")):
            assert answer.status_code == 403
    assert {params["clientid"] for params in writes(portal)} == {"1"}


def test_strangers_see_and_change_nothing(portal: Portal, ada: httpx2.Client, bob: httpx2.Client) -> None:
    """Each edits the client of their own session; no field names another."""
    ada.patch(PROFILE, json={"city": "Leeds"}).raise_for_status()
    assert bob.get(PROFILE).json()["city"] != "Leeds"
    assert set(wrong(bob.patch(PROFILE, json={"client_id": 1, "city": "York"}))) == {"client_id"}
    assert held(portal)["city"] == "Leeds"


def test_an_edit_reaches_open_pages(ada: httpx2.Client, bob: httpx2.Client) -> None:
    """Of the same client; by whichever process they are held."""
    with ada.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("id:")
        ada.patch(PROFILE, json={"city": "Leeds"}).raise_for_status()
        said = next(line for line in lines if line.startswith("data:"))
    assert said == 'data: {"resource":"profile","id":null}'


@pytest.fixture
def dora(portal: Portal) -> Iterator[httpx2.Client]:
    """Nobody else counts against her limits."""
    with portal.visitor("dina@example.com") as client:
        yield client


def test_writes_are_limited(dora: httpx2.Client) -> None:
    """60 a minute for each person: WHMCS has to work for every one of them."""
    statuses = [dora.patch(PROFILE, json={"nothing": 1, "of": 2}).status_code for _ in range(3)]
    assert statuses == [422] * 3
    for _ in range(60):
        last = dora.patch(PROFILE, json={})
        if last.status_code != 200:
            break
    answer = dora.patch(PROFILE, json={})
    assert problem(answer) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1
