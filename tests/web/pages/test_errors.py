"""Every error is one of the contract's, in the reader's form and language, and gives nothing away."""

from urllib.parse import quote

import httpx2
import pytest

from tests.stack import Stack

PROBLEM = "application/problem+json"


def test_an_error_is_an_rfc_9457_problem(anybody: httpx2.Client) -> None:
    """`type,title,status,detail,code,request_id`, the id being the answer's own."""
    answer = anybody.get("/api/v1/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}
    assert (problem["code"], problem["status"]) == ("not_found", 404)
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_the_type_of_a_problem_can_be_read_up(anybody: httpx2.Client) -> None:
    """`type` leads to the code's place on the API's page."""
    page, _, code = anybody.get("/api/v1/nothing").json()["type"].partition("#")
    documentation = anybody.get(page)
    assert documentation.status_code == 200
    assert f'id="{code}"' in documentation.text


def test_every_code_is_documented(anybody: httpx2.Client) -> None:
    page = anybody.get("/api/docs").text
    codes = anybody.get("/api/openapi.json").json()["components"]["examples"]
    assert [code for code in codes if f'id="{code}"' not in page] == []


def test_the_detail_is_in_the_users_language(anybody: httpx2.Client) -> None:
    answer = anybody.get("/api/v1/session", headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    assert answer.json()["detail"] == "Bitte melden Sie sich an."


def test_a_wrong_method_is_told_the_right_ones(anybody: httpx2.Client) -> None:
    answer = anybody.patch("/api/v1/invoices")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"email": "a@example.com"}', b"[]", b'{"email":1}'])
def test_a_body_that_is_not_what_was_asked_for(anybody: httpx2.Client, body: bytes) -> None:
    """Malformed JSON is 400, JSON of another shape 422: never a stack trace."""
    answer = anybody.post("/api/v1/session", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["code"] in {"bad_request", "validation_failed"}
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [("page=0", "page"), ("page_size=101", "page_size"), ("page=x", "page"), ("status=late", "status")],
)
def test_wrong_parameters_are_named(ada: httpx2.Client, query: str, field: str) -> None:
    """422 with `errors[{field,message}]`."""
    answer = ada.get(f"/api/v1/invoices?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [set(error) for error in answer.json()["errors"]] == [{"field", "message"}]
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("number", ["0", "-1", "9223372036854775808", "abc", "999999", "1e3", "%00", "1083%20"])
def test_invoices_that_are_not_there_all_look_the_same(ada: httpx2.Client, portal: Stack, number: str) -> None:
    """Missing, foreign and draft: same bytes but for `request_id`, same headers."""
    bobs = portal.sandbox.control("GET", "invoices?client=2")[0]
    there = ada.get(f"/api/v1/invoices/{bobs['id']}")
    missing = ada.get(f"/api/v1/invoices/{number}")
    assert (missing.status_code, missing.json()["code"]) == (404, "invoice_not_found")
    assert _without_id(missing) == _without_id(there)


def _without_id(answer: httpx2.Response) -> tuple[str, dict[str, str]]:
    request_id = answer.headers["x-request-id"]
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    return answer.text.replace(request_id, ""), headers


def test_people_get_a_page(anybody: httpx2.Client) -> None:
    """With the reference that support can look up, and nothing of the inside."""
    answer = anybody.get("/nothing/here", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Page not found</h1>" in answer.text
    assert answer.headers["x-request-id"] in answer.text


def test_programs_get_json_wherever_they_ask(anybody: httpx2.Client) -> None:
    answer = anybody.get("/nothing/here", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(anybody: httpx2.Client) -> None:
    answer = anybody.get("/invoices?view=paid&page=2", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/invoices%3Fview%3Dpaid%26page%3D2"


def test_an_outage_of_whmcs_says_when_to_try_again(portal: Stack) -> None:
    """503 billing_unavailable with Retry-After, for people as a page: never partial data."""
    with portal.visitor("yuki@example.com") as yuki:
        portal.sandbox.control("POST", "faults", {"kind": "status", "status": 500, "action": "GetInvoices"})
        try:
            answer = yuki.get("/api/v1/invoices")
            page = yuki.get("/invoices", headers={"Accept": "text/html"})
        finally:
            portal.sandbox.control("DELETE", "faults")
    assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert page.status_code == 503
    assert "請求システムを利用できません" in page.text


def test_no_page_repeats_what_was_sent_by_mistake(portal: Stack) -> None:
    """A token in a query: not where to try again, not where to switch to, not where to come back to. The way back
    works all the same.
    """
    asked, page = "/invoices?view=paid&token=s3cret-s3cret&page=1", {"Accept": "text/html"}
    with portal.visitor("chidi@example.com") as chidi, portal.visitor() as nobody:
        chosen = [
            each for each in chidi.get("/api/v1/session").json()["clients"] if "invoices" not in each["permissions"]
        ]
        chidi.put("/api/v1/session/client", json={"client_id": chosen[0]["client_id"]})
        refused = chidi.get(asked, headers=page)
        sent = nobody.get(asked, headers=page).headers["location"]
        sign_in = nobody.get(f"/sign-in?next={quote(asked)}", headers=page)
    assert refused.status_code == 403
    assert 'name="next" value="/invoices?view=paid&amp;page=1"' in refused.text
    assert sent == "/sign-in?next=/invoices%3Fview%3Dpaid%26page%3D1"
    assert 'name="next" value="/invoices?view=paid&amp;page=1"' in sign_in.text
    with portal.visitor("yuki@example.com") as yuki:
        portal.sandbox.control("POST", "faults", {"kind": "status", "status": 500, "action": "GetInvoices"})
        try:
            away = yuki.get(asked, headers=page)
        finally:
            portal.sandbox.control("DELETE", "faults")
    assert away.status_code == 503
    assert 'href="/invoices?view=paid&amp;page=1"' in away.text
    assert "s3cret" not in refused.text + sign_in.text + away.text


def test_what_failed_of_a_form_leads_back_to_its_page(portal: Stack, ada: httpx2.Client) -> None:
    """That of the route, or else the one that the browser names; nobody has to find it again from the start."""
    paid = ada.get("/api/v1/invoices?status=paid").json()["items"][0]["id"]
    refused = ada.post(f"/invoices/{paid}/pay", headers={"Accept": "text/html"})
    portal.sandbox.control("POST", "faults", {"kind": "status", "status": 500, "action": "CreateSsoToken"})
    try:
        named = {"Accept": "text/html", "Referer": f"{portal.url}/credit?token=s3cret&page=1"}
        away = ada.post("/credit/add", headers=named)
    finally:
        portal.sandbox.control("DELETE", "faults")
    assert (refused.status_code, away.status_code) == (409, 503)
    assert f'href="/invoices/{paid}">Back</a>' in refused.text
    assert 'href="/credit?page=1">Back</a>' in away.text


def test_a_deed_that_is_not_permitted_says_what_it_takes(portal: Stack) -> None:
    """Of several permissions those that are missing, and only the accounts that have them all."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1})
        answer = chidi.post("/subscriptions/1/cancel", headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "<h1>You may not do this</h1>" in answer.text
    assert "the permission “Order”" in answer.text
    assert "Switch to Chidi Anagonye" in answer.text
    assert "Switch to Okafor" not in answer.text


def test_a_wrong_value_in_an_address_leads_to_the_page_without_it(ada: httpx2.Client) -> None:
    """It says what is wrong; nothing on the page is marked, so it does not say so."""
    answer = ada.get("/transactions?page=0", headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "<strong>Page</strong>: This value is not valid." in answer.text
    assert 'href="/transactions">Back</a>' in answer.text
    assert "marked fields" not in answer.text
