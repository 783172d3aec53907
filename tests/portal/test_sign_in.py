"""Signing in, switching, signing out: what is refused, and how."""

import httpx2
import pytest

from tests.portal.conftest import Portal

SESSION = "/api/v1/session"


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com", "ada@example.com "])
def test_a_wrong_password_and_an_unknown_person_are_the_same(portal: Portal, email: str) -> None:
    """Who has an account is nobody's business."""
    with portal.visitor() as client:
        answer = client.post(SESSION, json={"email": email, "password": "wrong"})
        assert problem(answer) == (401, "sign_in_failed")
        assert "set-cookie" not in answer.headers
        assert problem(client.get(SESSION)) == (401, "not_signed_in")


def test_two_factor_users_are_refused(portal: Portal) -> None:
    """WHMCS says "success" for them, though nobody has asked for the second factor."""
    with portal.visitor() as client:
        answer = client.post(SESSION, json={"email": "tess@example.com", "password": "demo-password-1"})
        assert problem(answer) == (403, "two_factor_required")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email"}),
        ({"email": "ada@example.com"}, {"password"}),
        ({"email": 7, "password": "x"}, {"email"}),
        ({"email": "ada@example.com", "password": ""}, {"password"}),
        ({"email": "ada@example.com", "password": "x" * 2000}, {"password"}),
    ],
)
def test_a_form_that_is_not_filled_in(portal: Portal, body: dict[str, object], fields: set[str]) -> None:
    """Each wrong field is named, and WHMCS is not asked."""
    portal.whmcs.forget_calls()
    with portal.visitor() as client:
        answer = client.post(SESSION, json=body)
        assert problem(answer) == (422, "validation_failed")
        assert {error["field"] for error in answer.json()["errors"]} == fields
    assert portal.whmcs.actions() == []


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"email": "a'])
def test_a_body_that_is_no_json_object(portal: Portal, body: bytes) -> None:
    """A clear refusal, no stack trace."""
    with portal.visitor() as client:
        answer = client.post(SESSION, content=body, headers={"content-type": "application/json"})
        assert problem(answer)[0] in {400, 422}


def test_chidi_sees_each_account_with_its_own_rights(portal: Portal) -> None:
    """One person, three clients, three sets of permissions; others do not exist."""
    with portal.visitor("chidi@example.com") as chidi:
        session = chidi.get(SESSION).json()
        rights = {client["client_id"]: set(client["permissions"]) for client in session["clients"]}
        assert session["client_id"] == 3
        assert rights[1] == {"profile", "products"}
        assert rights[4] == {"invoices"}
        assert chidi.get("/api/v1/invoices").status_code == 200
        assert chidi.put(f"{SESSION}/client", json={"client_id": 1}).status_code == 204
        assert problem(chidi.get("/api/v1/invoices")) == (403, "permission_denied")
        assert chidi.put(f"{SESSION}/client", json={"client_id": 4}).status_code == 204
        numbers = {item["id"] // 1000 for item in chidi.get("/api/v1/invoices").json()["items"]}
        assert numbers == {4}
        for stranger in (2, 999, -1):
            answer = chidi.put(f"{SESSION}/client", json={"client_id": stranger})
            assert problem(answer) == (404, "client_not_found")


def test_sign_out_kills_the_session_everywhere(portal: Portal) -> None:
    """On every process at once, for every copy of the cookie."""
    with portal.visitor("ada@example.com") as ada:
        cookie = {"Cookie": f"counterfoil_session={ada.cookies['counterfoil_session']}"}
        assert ada.get("/api/v1/invoices").status_code == 200
        assert ada.delete(SESSION).status_code == 204
        for _ in range(8):
            answer = httpx2.get(f"{portal.stack.url}/api/v1/invoices", headers=cookie, timeout=60)
            assert problem(answer) == (401, "not_signed_in")


def test_a_changed_cookie_is_no_session(portal: Portal) -> None:
    """Not another client's number, not another random, not another signature."""
    with portal.visitor("ada@example.com") as ada:
        client_id, random, signature = ada.cookies["counterfoil_session"].split(".")
        for forged in (f"2.{random}.{signature}", f"{client_id}.{random[::-1]}.{signature}", f"{client_id}.{random}."):
            headers = {"Cookie": f"counterfoil_session={forged}"}
            answer = httpx2.get(f"{portal.stack.url}/api/v1/session", headers=headers, timeout=60)
            assert problem(answer) == (401, "not_signed_in")


def test_pages_lead_to_the_sign_in_and_back(portal: Portal) -> None:
    """A person without a session is asked to sign in, and comes to the page asked for."""
    with portal.visitor() as client:
        answer = client.get("/invoices?view=paid", headers={"Accept": "text/html"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=/invoices%3Fview%3Dpaid"
        form = {"email": "ada@example.com", "password": "demo-password-1", "next": "/invoices?view=paid"}
        answer = client.post("/sign-in", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/invoices?view=paid")
        form["next"] = "https://evil.example/"
        assert client.post("/sign-in", data=form).headers["location"] == "/"


def test_a_linked_and_an_unlinked_client(portal: Portal) -> None:
    """Staff's word counts over WHMCS's memberships, in both directions."""
    portal.stack.command("link", "nora@example.com", "--client", "9")
    portal.stack.command("unlink", "nora@example.com", "--client", "8")
    try:
        with portal.visitor("nora@example.com") as nora:
            assert [client["client_id"] for client in nora.get(SESSION).json()["clients"]] == [9]
    finally:
        portal.stack.command("unlink", "nora@example.com", "--client", "9")
        portal.stack.command("link", "nora@example.com", "--client", "8")


@pytest.mark.parametrize(("method", "path"), [("DELETE", SESSION), ("POST", "/sign-out")])
def test_the_browser_forgets_what_it_was_shown(ada: httpx2.Client, method: str, path: str) -> None:
    """On a shared computer the Back button must not show invoices after signing out."""
    assert ada.request(method, path).headers["clear-site-data"] == '"cache"'


def test_who_came_in_and_who_did_not_is_logged(portal: Portal) -> None:
    """So that an operator can see an attack and follow a theft: number and address, neither e-mail nor password."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put(f"{SESSION}/client", json={"client_id": 1})
        denied = chidi.get("/api/v1/invoices")
        crossing = chidi.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    wrong = httpx2.post(
        f"{portal.stack.url}{SESSION}", json={"email": "logged@example.com", "password": "wrong"}, timeout=60
    )
    lines = [line for line in portal.stack.logged() if line["event"] != "request"]
    by_request = {line["request_id"]: line for line in lines if "request_id" in line}
    said = [by_request[answer.headers["x-request-id"]] for answer in (denied, crossing, wrong)]
    assert [line["code"] for line in said] == ["permission_denied", "cross_site_request", "sign_in_failed"]
    assert (said[2]["event"], said[2]["address"]) == ("sign-in refused", "127.0.0.1")
    assert said[0]["account"] in {line["account"] for line in lines if line["event"] == "signed in"}
