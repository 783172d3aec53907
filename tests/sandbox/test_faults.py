"""Faults and quirks as they are on the wire, seen through raw sockets where a client would hide them."""

import json
import socket
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest

from tests.sandbox.conftest import CREDENTIALS, Whmcs

INVOICE = {"action": "GetInvoice", "invoiceid": "1082"}


def raw(whmcs: Whmcs, params: dict[str, str], *, wait: float = 5.0) -> bytes:
    """Everything that comes until the connection ends."""
    body = urlencode(CREDENTIALS | params)
    head = (
        "POST /includes/api.php HTTP/1.1\r\nHost: whmcs\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    address = urlsplit(whmcs.url)
    with socket.create_connection((address.hostname, address.port), timeout=wait) as connection:
        connection.sendall(f"{head}{body}".encode())
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def break_with(whmcs: Whmcs, kind: str, **rule: object) -> None:
    whmcs.control("POST", "faults", {"kind": kind, "times": 1, **rule})


def test_a_reset_is_a_reset(whmcs: Whmcs) -> None:
    """The connection ends with RST and not one byte."""
    break_with(whmcs, "reset")
    with pytest.raises(ConnectionResetError):
        raw(whmcs, INVOICE)
    assert b"200 OK" in raw(whmcs, INVOICE)


def test_a_truncated_body_is_shorter_than_promised(whmcs: Whmcs) -> None:
    """The head promises the whole answer, half of it comes, and nothing betrays the sandbox."""
    break_with(whmcs, "truncate")
    head, _, body = raw(whmcs, INVOICE).partition(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    assert 0 < len(body) < int(length.split(b":")[1])
    assert b"sandbox" not in head


def test_a_hanging_call_gets_nothing_until_it_is_let_go(whmcs: Whmcs) -> None:
    """No byte comes; taking the fault away frees the worker."""
    whmcs.control("POST", "faults", {"kind": "hang"})
    with pytest.raises(TimeoutError):
        raw(whmcs, INVOICE, wait=1.0)
    assert whmcs.control("GET", "calls")["in_flight"] == 1
    whmcs.control("DELETE", "faults")
    deadline = time.monotonic() + 60
    while whmcs.control("GET", "calls")["in_flight"]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "beginning"),
    [
        ("status", 500, "text/html", b"<!DOCTYPE html>"),
        ("bad-gateway", 502, "text/html", b"<!DOCTYPE html>"),
        ("html", 200, "text/html", b"<!DOCTYPE html>"),
        ("challenge", 403, "text/html", b"<!DOCTYPE html>"),
        ("truncated-json", 200, "application/json", b'{"result":"success","invoiceid":1082'),
        ("xml", 200, "text/xml", b"<?xml"),
        ("empty", 200, "application/json", b""),
        ("null", 200, "application/json", b"null"),
        ("list", 200, "application/json", b"["),
        ("redirect", 302, "", b""),
        ("invalid-ip", 403, "application/json", b'{"result":"error","message":"Invalid IP'),
        ("auth-failed", 403, "application/json", b'{"result":"error","message":"Authentication Failed"}'),
        ("missing-credentials", 403, "application/json", b'{"result":"error","message":"Invalid or missing'),
        ("permission", 403, "application/json", b'{"result":"error","message":"Invalid Permissions'),
        ("error", 200, "application/json", b'{"result":"error","message":"Something went wrong"}'),
    ],
)
def test_each_noise_is_what_it_says(whmcs: Whmcs, kind: str, status: int, content_type: str, beginning: bytes) -> None:
    """And only the next call meets it."""
    break_with(whmcs, kind)
    answer = whmcs.post(**INVOICE)
    assert answer.status_code == status
    assert answer.headers.get("content-type", "").startswith(content_type)
    assert answer.content.startswith(beginning)
    assert whmcs.call(**INVOICE)["result"] == "success"


def test_a_truncated_answer_is_no_json(whmcs: Whmcs) -> None:
    """Whole on the wire, broken inside."""
    break_with(whmcs, "truncated-json")
    with pytest.raises(json.JSONDecodeError):
        whmcs.post(**INVOICE).json()


def test_latency_is_waited_and_the_data_is_of_its_reading_point(whmcs: Whmcs) -> None:
    """With `read_at` 0 the data is read before the wait: a change during the call is not in the answer."""
    break_with(whmcs, "latency", seconds=0.4, read_at=0.0)
    assert whmcs.call(**INVOICE)["result"] == "success"
    call = whmcs.control("GET", "calls")["calls"][-1]
    assert call["ended"] - call["read_at"] >= 0.4


def test_a_write_can_land_although_its_answer_does_not(whmcs: Whmcs) -> None:
    """`after` carries the action out first: the outcome that nobody knows."""
    break_with(whmcs, "reset", action="UpdateClient", after=True)
    with pytest.raises(ConnectionResetError):
        raw(whmcs, {"action": "UpdateClient", "clientid": "1", "city": "Paris"})
    assert whmcs.call("GetClientsDetails", clientid=1)["client"]["city"] == "Paris"


def test_faults_are_for_one_action_and_parameter(whmcs: Whmcs) -> None:
    """Others are not met."""
    whmcs.control("POST", "faults", {"kind": "status", "action": "GetInvoice", "params": {"invoiceid": "1083"}})
    assert whmcs.post("GetInvoices", userid=1).status_code == 200
    assert whmcs.post("GetInvoice", invoiceid=1082).status_code == 200
    assert whmcs.post("GetInvoice", invoiceid=1083).status_code == 500


def test_unknown_faults_and_quirks_are_refused(whmcs: Whmcs) -> None:
    """A misspelt fault must not make a test pass."""
    assert whmcs.client.post(f"{whmcs.url}/_sandbox/faults", json={"kind": "hiccup"}).status_code == 400
    assert whmcs.client.put(f"{whmcs.url}/_sandbox/quirks", json={"bomb": True}).status_code == 400


def quirky(whmcs: Whmcs, quirk: str, action: str, **params: object) -> httpx2.Response:
    whmcs.control("PUT", "quirks", {quirk: True})
    return whmcs.post(action, **params)


def test_noise_around_the_json(whmcs: Whmcs) -> None:
    """PHP warnings before and after, a byte-order mark, another content type."""
    assert quirky(whmcs, "php-warning-before", "WhmcsDetails").content.startswith(b"<br />\n<b>Warning</b>")
    assert quirky(whmcs, "php-warning-after", "WhmcsDetails").content.endswith(b"<br />\n")
    assert quirky(whmcs, "bom", "WhmcsDetails").content.startswith(b"\xef\xbb\xbf{")
    assert quirky(whmcs, "text-html", "WhmcsDetails").headers["content-type"].startswith("text/html")


def test_other_shapes_of_lists(whmcs: Whmcs) -> None:
    """{"0": ...} and a bare row."""
    maps = quirky(whmcs, "lists-as-maps", "GetInvoices", userid=2).json()
    assert maps["invoices"]["invoice"]["0"]["userid"] == 2
    bare = quirky(whmcs, "single-row-bare", "GetInvoices", userid=1, limitnum=1).json()
    assert bare["invoices"]["invoice"]["userid"] == 1


@pytest.mark.parametrize(
    ("quirk", "expected"),
    [("empty-as-text", ""), ("empty-as-list", []), ("empty-as-object", {}), ("empty-missing", None)],
)
def test_other_shapes_of_nothing(whmcs: Whmcs, quirk: str, expected: object) -> None:
    """Nora has no invoices, an unpaid one has no payments."""
    assert quirky(whmcs, quirk, "GetInvoices", userid=8).json().get("invoices") == expected
    assert whmcs.call("GetInvoice", invoiceid=whmcs.invoice("ada.due_soon")).get("transactions") == expected


def test_other_types(whmcs: Whmcs) -> None:
    """Numbers as text, texts as numbers, words for booleans, raw text."""
    answer = quirky(whmcs, "ints-as-strings", "GetInvoice", invoiceid=1082).json()
    assert (answer["invoiceid"], answer["items"]["item"][0]["taxed"], answer["ccgateway"]) == ("1082", "1", True)
    assert quirky(whmcs, "strings-as-ints", "GetCurrencies").json()["currencies"]["currency"][0]["id"] == 1
    assert quirky(whmcs, "bool-words", "GetInvoice", invoiceid=1082).json()["ccgateway"] == "on"
    assert quirky(whmcs, "raw-text", "GetClientsDetails", clientid=2).json()["client"]["companyname"] == "Smith & Sons"


def test_answers_that_must_not_be_trusted(whmcs: Whmcs) -> None:
    """Another client's row or invoice, and permissions that are not said."""
    rows = quirky(whmcs, "foreign-rows", "GetInvoices", userid=2, limitnum=100).json()["invoices"]["invoice"]
    assert {row["userid"] for row in rows} == {1, 2}
    assert quirky(whmcs, "foreign-invoice", "GetInvoice", invoiceid=1082).json()["userid"] != 1
    assert quirky(whmcs, "permissions-missing", "GetUserPermissions", user_id=1, client_id=1).json() == {
        "result": "success"
    }
    as_text = quirky(whmcs, "permissions-as-text", "GetUserPermissions", user_id=3, client_id=1).json()
    assert as_text["permissions"] == "profile,products"
    top = quirky(whmcs, "deprecated-top-level", "GetClientsDetails", clientid=1).json()
    assert top["email"] == top["client"]["email"]


def test_a_quirk_can_be_for_one_action(whmcs: Whmcs) -> None:
    """The others stay as they are."""
    whmcs.control("PUT", "quirks", {"bom": "GetInvoice"})
    assert whmcs.post("GetInvoice", invoiceid=1082).content.startswith(b"\xef\xbb\xbf")
    assert whmcs.post("WhmcsDetails").content.startswith(b"{")


def test_calls_are_recorded_without_secrets(whmcs: Whmcs) -> None:
    """Action, parameters and times; no credentials and no password."""
    whmcs.control("DELETE", "calls")
    whmcs.call("ValidateLogin", email="ada@example.com", password2="demo-password-1")
    seen: list[dict[str, Any]] = whmcs.control("GET", "calls")["calls"]
    assert [(call["action"], call["params"], call["result"]) for call in seen] == [
        ("ValidateLogin", {"email": "ada@example.com"}, "success")
    ]
    assert seen[0]["caller"] == "sandbox-identifier"
    assert seen[0]["started"] <= seen[0]["read_at"] <= seen[0]["ended"]
