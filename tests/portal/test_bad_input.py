"""Whatever is asked, the answer is one of the contract's."""

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.portal.test_sign_in import problem

INVOICES = "/api/v1/invoices"


@pytest.mark.parametrize("number", ["0", "-1", str(2**31), str(2**63), str(10**30), "abc", "1.5", "%00", "1e3", "٣"])
def test_ids_that_are_none(ada: httpx2.Client, portal: Portal, number: str) -> None:
    """They name no invoice, and WHMCS is not asked about them."""
    portal.whmcs.forget_calls()
    assert problem(ada.get(f"{INVOICES}/{number}")) == (404, "invoice_not_found")
    assert problem(ada.post(f"{INVOICES}/{number}/payment-link")) == (404, "invoice_not_found")
    assert "GetInvoice" not in portal.whmcs.actions()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("status=owed", "status"),
        ("sort=amount", "sort"),
        ("sort=--date", "sort"),
        ("from=2026-02-30", "from"),
        ("to=yesterday", "to"),
        (f"q={'x' * 101}", "q"),
    ],
)
def test_parameters_out_of_range(ada: httpx2.Client, query: str, field: str) -> None:
    """The field is named as the caller wrote it."""
    answer = ada.get(f"{INVOICES}?{query}")
    assert problem(answer) == (422, "validation_failed")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_page_far_behind_the_last_is_empty(ada: httpx2.Client) -> None:
    """And says how many there are."""
    answer = ada.get(f"{INVOICES}?page=1000000000").json()
    assert (answer["items"], answer["total"]) == ([], 83)


def test_pages_cover_the_list_once(ada: httpx2.Client) -> None:
    """In every order, whatever the size."""
    for sort in ("-date", "total", "-due_date", "number", "status"):
        found = [
            item["id"]
            for page in range(1, 6)
            for item in ada.get(f"{INVOICES}?sort={sort}&page_size=20&page={page}").json()["items"]
        ]
        assert len(found) == len(set(found)) == 83


@pytest.mark.parametrize("path", ["/api/v1/session", "/sign-in", "/webhooks/whmcs"])
def test_ten_megabytes_are_refused(portal: Portal, path: str) -> None:
    """Whether or not the request says how long it is."""
    with portal.visitor() as client:
        assert client.post(path, content=b"x" * 10_000_000).status_code == 413
        assert client.post(path, content=(b"x" * 100_000 for _ in range(100))).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"client_id": "\xff"}', b"[" * 30_000])
def test_bodies_that_are_no_json(ada: httpx2.Client, body: bytes) -> None:
    """The caller is told so, whatever is broken about them."""
    answer = ada.put("/api/v1/session/client", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) in {(400, "bad_request"), (422, "validation_failed")}


def test_other_methods_and_addresses(portal: Portal, ada: httpx2.Client) -> None:
    """405 and 404 are problems too."""
    assert problem(ada.put(INVOICES)) == (405, "method_not_allowed")
    assert problem(ada.get("/api/v1/nothing")) == (404, "not_found")
    assert ada.get("/nothing", headers={"Accept": "text/html"}).status_code == 404


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_unsafe_requests_from_other_sites(ada: httpx2.Client, headers: dict[str, str]) -> None:
    """A page elsewhere cannot make Ada's browser pay, switch or sign out."""
    for method, path in (("POST", f"{INVOICES}/1/payment-link"), ("DELETE", "/api/v1/session"), ("POST", "/sign-out")):
        answer = ada.request(method, path, headers=headers)
        assert answer.status_code == 403
        assert ada.get("/api/v1/session").status_code == 200


def test_somebody_elses_draft_and_missing_are_the_same_bytes(portal: Portal, bob: httpx2.Client) -> None:
    """But for the request id; the same headers and the same calls to WHMCS."""
    seen = []
    draft = portal.whmcs.control("POST", "invoices", {"userid": 2, "status": "Draft"})["id"]
    bob.get("/api/v1/session")
    for number in (portal.whmcs.notable("ada.due_soon"), draft, 999_999):
        portal.webhook("client.updated", client_id=2)
        portal.whmcs.forget_calls()
        answer = bob.get(f"{INVOICES}/{number}")
        body = answer.text.replace(answer.json()["request_id"], "")
        headers = {name: text for name, text in answer.headers.items() if name not in {"x-request-id", "date"}}
        # Bob's rights are read again when they are a minute old, whatever he asks for.
        asked = sorted({*portal.whmcs.actions()} - {"GetUsers", "GetUserPermissions"})
        seen.append((answer.status_code, body, headers, asked))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == 404


NINES = "9" * 5000


def test_numbers_of_five_thousand_digits(ada: httpx2.Client) -> None:
    """Python refuses to read them; they are no quantity, page or id like others out of range."""
    page = {"Accept": "text/html"}
    choice = {"offer": "2:monthly", "quantity": NINES, "gateway": "stripe"}
    assert ada.get("/order", params=choice, headers=page).status_code == 400, "no address is that long"
    assert ada.post("/order", data=choice | {"key": "a", "seen": "1.00 EUR"}, headers=page).status_code == 409
    body = '{"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": NINES}]}'.replace("NINES", NINES)
    headers = {"Idempotency-Key": "a", "Content-Type": "application/json"}
    for answer in (
        ada.post("/api/v1/orders", content=body, headers=headers),
        ada.get("/api/v1/orders", params={"page": NINES}),
        ada.get(INVOICES, params={"page": NINES}),
        ada.put("/api/v1/session/client", content=f'{{"client_id": {NINES}}}', headers=headers),
    ):
        assert problem(answer) in {(422, "validation_failed"), (400, "bad_request"), (404, "client_not_found")}
    for path in (f"/invoices?page={NINES}", f"/invoices?awaiting={NINES}-1", f"/invoices/{NINES}"):
        assert ada.get(path, headers=page).status_code in {200, 400, 404, 422}, path[:30]


def test_names_that_postgresql_takes_for_no_text(portal: Portal) -> None:
    """WHMCS may hold anything: whoever has such a name signs in, and it is shown without what nobody can read."""
    portal.whmcs.control("PATCH", "users/1", {"firstname": "A\0d\u202ea", "lastname": "Love\x1blace"})
    with portal.visitor("ada@example.com") as ada:
        assert ada.get("/api/v1/session").json()["user"]["name"] == "Ada Lovelace"
