"""The sentences under "Invoices"."""

import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from counterfoil.settings import load
from tests.stack import Stack, running_stack

LIST = "/api/v1/invoices?page_size=100"

SETTLING = 6.0
"""Seconds after the first read in which nothing is believed for long, since a change may just have happened."""


def test_invoices_of_the_mapped_client(stack: Stack, ada: httpx2.Client) -> None:
    """Retrieval: invoice lists and details are pulled from WHMCS for the mapped client ID."""
    stack.sandbox.forget_calls()
    rows = ada.get(LIST).json()["items"]
    lists = [call for call in stack.sandbox.calls() if call["action"] == "GetInvoices"]
    assert {call["params"]["userid"] for call in lists} == {"1"}

    invoice_id = stack.sandbox.notable("ada.paid_in_parts")
    assert ada.get(f"/api/v1/invoices/{invoice_id}").json()["id"] == invoice_id
    assert "GetInvoice" in stack.sandbox.actions()
    books = {row["id"] for row in stack.sandbox.control("GET", "invoices?client=1") if row["status"] != "Draft"}
    assert {row["id"] for row in rows} == books


def test_staff_can_map_another_client(stack: Stack) -> None:
    """Retrieval: ... for the mapped client ID; which is another one when staff say so."""
    stack.command("link", "nora@example.com", "--client", "5")
    with stack.visitor("nora@example.com") as nora:
        clients = nora.get("/api/v1/session").json()["clients"]
        assert {client["client_id"] for client in clients} == {8, 5}
        assert nora.put("/api/v1/session/client", json={"client_id": 5}).status_code == 204
        rows = nora.get(LIST).json()["items"]
        books = {row["id"] for row in stack.sandbox.control("GET", "invoices?client=5") if row["status"] != "Draft"}
        assert {row["id"] for row in rows} == books


def test_lists_are_kept_90_s_and_single_invoices_5_min(tmp_path: Path) -> None:
    """Caching: lists cached 90s; single invoice cached 5m. Nobody can wait that long here: shorter times are set."""
    needed = {"SECRET_KEY": "x" * 32, "WHMCS_URL": "https://b.example", "WHMCS_IDENTIFIER": "i", "WHMCS_SECRET": "s"}
    defaults = load({f"COUNTERFOIL_{name}": value for name, value in needed.items()})
    assert (defaults.cache_ttl_invoice_list, defaults.cache_ttl_invoice) == (90, 300)

    with running_stack(tmp_path, cache_ttl_invoice_list="1.5", cache_ttl_invoice="4") as stack:
        invoice_id = stack.sandbox.notable("ada.paid_in_parts")
        with stack.visitor("ada@example.com") as ada:
            ada.get(LIST)
            time.sleep(SETTLING)
            lists = times_between_reads(stack, ada, LIST, "GetInvoices")
            singles = times_between_reads(stack, ada, f"/api/v1/invoices/{invoice_id}", "GetInvoice")
    assert min(lists) >= 1.5
    assert min(singles) >= 4


def times_between_reads(stack: Stack, caller: httpx2.Client, path: str, action: str) -> list[float]:
    """Seconds until the next call of WHMCS, while somebody reads all the time, from the question that brought the one
    before: a busy machine brings a call to WHMCS later than the portal began it.
    """
    stack.sandbox.forget_calls()
    deadline = time.monotonic() + 90
    calls: list[float] = []
    asked: list[float] = []
    while len(calls) < 2:
        assert time.monotonic() < deadline, f"{path} is not read again"
        now = time.monotonic()  # the sandbox goes by the same clock
        caller.get(path)
        calls = [call["started"] for call in stack.sandbox.calls() if call["action"] == action]
        asked += [now] * (len(calls) - len(asked))
        time.sleep(0.05)
    return [later - earlier for earlier, later in zip(asked, calls[1:], strict=False)]


def test_webhooks_keep_totals_current(stack: Stack, ada: httpx2.Client) -> None:
    """WHMCS webhooks and write operations clear these caches to keep totals current."""
    invoice_id = stack.sandbox.notable("ada.due_soon")
    before = ada.get(LIST).json()
    assert due(before, invoice_id) == "120.00"
    assert ada.get(f"/api/v1/invoices/{invoice_id}").json()["balance"]["amount"] == "120.00"

    stack.sandbox.control("PATCH", f"invoices/{invoice_id}", {"pay": "20.00"})
    stack.sandbox.wait_for_deliveries()

    assert due(ada.get(LIST).json(), invoice_id) == "100.00"
    assert ada.get(f"/api/v1/invoices/{invoice_id}").json()["balance"]["amount"] == "100.00"


def test_paying_leads_to_that_invoice_in_whmcs(stack: Stack, ada: httpx2.Client) -> None:
    """Paying invoices: the portal generates a WHMCS SSO link for the specific invoice so customers pay directly in
    WHMCS without re-entering credentials."""
    invoice_id = stack.sandbox.notable("ada.due_soon")
    stack.sandbox.forget_calls()
    answer = ada.post(f"/api/v1/invoices/{invoice_id}/payment-link")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    [asked] = [call["params"] for call in stack.sandbox.calls() if call["action"] == "CreateSsoToken"]
    assert (asked["client_id"], asked["user_id"]) == ("1", "1")

    url = answer.json()["url"]
    assert urlsplit(url).netloc == urlsplit(stack.sandbox.url).netloc
    with httpx2.Client(follow_redirects=True, timeout=60) as stranger:
        landed = stranger.get(url)
        assert landed.status_code == 200
        assert landed.url.path.endswith("/viewinvoice.php")
        assert landed.url.params["id"] == str(invoice_id)
        assert "password" not in landed.text.lower()
        assert "120.00" in landed.text
    with httpx2.Client(follow_redirects=True, timeout=60) as second:
        assert "120.00" not in second.get(url).text, "the link serves once"


def due(page: dict[str, object], invoice_id: int) -> str:
    rows = page["items"]
    assert isinstance(rows, list)
    [amount] = [row["amount_due"]["amount"] for row in rows if row["id"] == invoice_id]
    return str(amount)
