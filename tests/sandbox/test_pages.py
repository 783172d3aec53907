"""The customer's pages: one-time sign-in, paying, payment methods, and nobody sees what is not theirs."""

from collections.abc import Callable

import pytest

from tests.sandbox.conftest import Whmcs

SignIn = Callable[..., str]


def link_for(whmcs: Whmcs, **params: object) -> str:
    url: str = whmcs.call("CreateSsoToken", **params)["redirect_url"]
    return url


def page(whmcs: Whmcs, path: str) -> tuple[int, str]:
    answer = whmcs.client.get(whmcs.url + path)
    return answer.status_code, answer.text


def test_a_link_works_once(whmcs: Whmcs) -> None:
    """It leads to the page asked for; the second time it signs nobody in."""
    link = link_for(
        whmcs, client_id=1, user_id=1, destination="sso:custom_redirect", sso_redirect_path="viewinvoice.php?id=1082"
    )
    first = whmcs.client.get(link)
    assert (first.status_code, first.headers["location"]) == (303, "/viewinvoice.php?id=1082")
    assert "httponly" in first.headers["set-cookie"].lower()
    whmcs.client.cookies.clear()
    second = whmcs.client.get(link)
    assert second.status_code == 403
    assert "set-cookie" not in second.headers


def test_a_link_lives_for_a_minute(whmcs: Whmcs, monkeypatch: pytest.MonkeyPatch) -> None:
    """After 60 s it is worth nothing."""
    link = link_for(whmcs, client_id=1, user_id=1)
    clock = whmcs.inside.tokens._clock
    monkeypatch.setattr(whmcs.inside.tokens, "_clock", lambda: clock() + 60.1)
    assert whmcs.client.get(link).status_code == 403


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example", "a.php?\r\nx: y"])
def test_a_link_never_leads_away(whmcs: Whmcs, sign_in: SignIn, path: str) -> None:
    """Only to pages of this WHMCS."""
    assert sign_in(1, 1, path) == "/clientarea.php"


def test_without_a_user_the_owner_is_signed_in(whmcs: Whmcs) -> None:
    """The trap that a portal must not step into: WHMCS takes the client's owner."""
    whmcs.client.get(link_for(whmcs, client_id=1))
    assert "Ada Lovelace" in page(whmcs, "/clientarea.php")[1]


def test_paying_changes_the_invoice_and_leads_back(whmcs: Whmcs, sign_in: SignIn) -> None:
    """A part, then the rest; the page says so and links to the portal's page of this invoice."""
    here = whmcs.url + sign_in(1, 1, "viewinvoice.php?id=1082")
    assert "Pay €94.50 EUR" in whmcs.client.get(here).text
    assert whmcs.client.post(here, data={"amount": "4.50"}).status_code == 303
    assert whmcs.call("GetInvoice", invoiceid=1082)["balance"] == "90.00"
    thanks = whmcs.client.post(here, data={"gateway": "paypalcheckout"}, follow_redirects=True).text
    assert "Your payment of €90.00 EUR was received" in thanks
    after = whmcs.call("GetInvoice", invoiceid=1082)
    assert (after["status"], after["transactions"]["transaction"][-1]["gateway"]) == ("Paid", "paypalcheckout")
    assert "Pay this invoice" not in thanks


@pytest.mark.parametrize("amount", ["0", "-1", "94.51", "NaN", "1e9", "x"])
def test_no_nonsense_is_paid(whmcs: Whmcs, sign_in: SignIn, amount: str) -> None:
    """Neither nothing nor more than is due."""
    here = whmcs.url + sign_in(1, 1, "viewinvoice.php?id=1082")
    whmcs.client.post(here, data={"amount": amount})
    assert whmcs.call("GetInvoice", invoiceid=1082)["balance"] == "94.50"


def test_pages_are_for_those_who_may(whmcs: Whmcs, sign_in: SignIn) -> None:
    """Signed out: to the login. Others' and drafts: not found. Without the permission: denied."""
    assert whmcs.client.get(f"{whmcs.url}/viewinvoice.php?id=1082").headers["location"].startswith("/login.php?goto=")
    sign_in(2, 2)
    assert page(whmcs, "/viewinvoice.php?id=1082")[0] == 404
    assert whmcs.client.post(f"{whmcs.url}/viewinvoice.php?id=1082").status_code == 404
    sign_in(1, 1)
    assert page(whmcs, f"/viewinvoice.php?id={whmcs.invoice('ada.draft')}")[0] == 404
    sign_in(1, 3)
    for path in ("/viewinvoice.php?id=1082", "/dl.php?type=i&id=1082", "/index.php?rp=/account/paymentmethods"):
        assert page(whmcs, path)[0] == 403
    assert "INV-" not in page(whmcs, "/clientarea.php")[1]


def test_other_sites_cannot_send_our_forms(whmcs: Whmcs, sign_in: SignIn) -> None:
    """A form of another site, another port included, pays nothing."""
    here = whmcs.url + sign_in(1, 1, "viewinvoice.php?id=1082")
    for site in ("cross-site", "same-site"):
        assert whmcs.client.post(here, headers={"sec-fetch-site": site}).status_code == 403
    assert whmcs.call("GetInvoice", invoiceid=1082)["balance"] == "94.50"


def test_payment_methods_are_added_deleted_and_chosen(whmcs: Whmcs, sign_in: SignIn) -> None:
    """Each tells the portal."""
    sign_in(2, 2)
    here = f"{whmcs.url}/index.php?rp=/account/paymentmethods"
    for brand in ("Visa", "Mastercard"):
        whmcs.client.post(here, data={"do": "add", "brand": brand, "expiry": "02/29", "description": "Mine & yours"})
    first, second = whmcs.call("GetPayMethods", clientid=2)["paymethods"]
    assert (first["card_last_four"], first["expiry_date"], first["description"]) == (
        "4242",
        "02/29",
        "Mine &amp; yours",
    )
    whmcs.client.post(here, data={"do": "default", "id": second["id"]})
    assert [method["id"] for method in whmcs.control("GET", "pay-methods?client=2")] == [second["id"], first["id"]]
    whmcs.client.post(here, data={"do": "delete", "id": first["id"]})
    whmcs.client.post(here, data={"do": "delete", "id": "1"})
    assert [method["id"] for method in whmcs.call("GetPayMethods", clientid=2)["paymethods"]] == [second["id"]]
    assert len(whmcs.call("GetPayMethods", clientid=1)["paymethods"]) == 3
    whmcs.client.post(here, data={"do": "add", "type": "bank", "bank_name": "Bank of A"})
    bank = whmcs.call("GetPayMethods", clientid=2)["paymethods"][-1]
    assert (bank["type"], bank["bank_name"], "expiry_date" in bank) == ("RemoteBankAccount", "Bank of A", False)
    types = [delivery["type"] for delivery in whmcs.control("GET", "deliveries")]
    assert types == ["payment_method.changed"] * 5


def test_several_invoices_are_paid_by_one(whmcs: Whmcs, sign_in: SignIn) -> None:
    """Mass payment: an invoice whose lines are invoices; paying it pays them."""
    sign_in(1, 1)
    form = {"invoiceids[]": ["1082", "1083", "2032"]}
    answer = whmcs.client.post(f"{whmcs.url}/clientarea.php?action=masspay", data=form)
    here = whmcs.url + answer.headers["location"]
    mass = whmcs.call("GetInvoice", invoiceid=here.rpartition("=")[2])
    assert ([item["type"] for item in mass["items"]["item"]], mass["balance"]) == (["Invoice"] * 2, "214.50")
    whmcs.client.post(here)
    states = [whmcs.call("GetInvoice", invoiceid=number)["status"] for number in (1082, 1083, 2032)]
    assert states == ["Paid", "Paid", "Unpaid"]


def test_the_pdf_is_one(whmcs: Whmcs, sign_in: SignIn) -> None:
    """With Japanese text in it, and a cross-reference table that fits."""
    path = sign_in(5, 4, f"dl.php?type=i&id={whmcs.invoice('yuki.due_soon')}")
    answer = whmcs.client.get(whmcs.url + path)
    assert answer.headers["content-type"] == "application/pdf"
    pdf = answer.content
    assert "光ファイバー".encode("utf-16-be").hex().encode() in pdf
    table = int(pdf.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    offsets = [int(line.split()[0]) for line in pdf[table:].split(b"\n")[3:10]]
    assert [pdf[at:].split(b" ")[0] for at in offsets] == [b"1", b"2", b"3", b"4", b"5", b"6", b"7"]


def test_signing_in_by_password(whmcs: Whmcs) -> None:
    """For a look around without the portal."""
    form = {"username": "bob@example.com", "password": "wrong", "goto": "viewinvoice.php?id=2032"}
    assert "Login Details Incorrect" in whmcs.client.post(f"{whmcs.url}/dologin.php", data=form).text
    entered = whmcs.client.post(f"{whmcs.url}/dologin.php", data=form | {"password": "demo-password-1"})
    assert entered.headers["location"] == "/viewinvoice.php?id=2032"
    assert "O&#39;Brien" in page(whmcs, "/clientarea.php")[1]


@pytest.mark.parametrize(
    ("form", "field", "expected"),
    [
        ({"do": "Cancelled"}, "status", "Cancelled"),
        ({"do": "pay", "amount": "20"}, "balance", "100.00"),
        ({"do": "amount", "amount": "7.50"}, "balance", "7.50"),
    ],
)
@pytest.mark.parametrize("tell", [True, False])
def test_the_admin_page_changes_anything(
    whmcs: Whmcs, form: dict[str, str], field: str, expected: str, *, tell: bool
) -> None:
    """With the box ticked the portal hears of it."""
    given = {"form": "invoice", "id": "1083", "client": "1", **form} | ({"tell": "on"} if tell else {})
    assert whmcs.client.post(f"{whmcs.url}/admin/", data=given).status_code == 303
    assert whmcs.call("GetInvoice", invoiceid=1083)[field] == expected
    assert bool(whmcs.control("GET", "deliveries")) is tell
    assert "INV-2026-0083" in page(whmcs, "/admin/?client=1")[1]


def test_the_admin_page_breaks_and_mends(whmcs: Whmcs) -> None:
    """Faults, quirks and a new invoice by hand."""
    admin = f"{whmcs.url}/admin/"
    whmcs.client.post(admin, data={"form": "fault", "kind": "html", "action": "*", "times": "", "seconds": "1.0"})
    assert whmcs.post("WhmcsDetails").content.startswith(b"<!DOCTYPE")
    whmcs.client.post(admin, data={"form": "clear"})
    whmcs.client.post(admin, data={"form": "quirks", "bom": "on"})
    assert whmcs.post("WhmcsDetails").content.startswith(b"\xef\xbb\xbf")
    made = {"form": "new", "client": "8", "amount": "3.00", "description": "By <hand>", "status": "Unpaid"}
    whmcs.client.post(admin, data=made)
    whmcs.client.post(admin, data={"form": "quirks"})
    assert whmcs.call("GetInvoices", userid=8)["invoices"]["invoice"][0]["total"] == "3.00"
