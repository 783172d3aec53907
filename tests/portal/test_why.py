"""Why did customer X see an error? The reference on the page leads to it."""

import re

import httpx2
import pytest

from tests.cli.commands import run_forked
from tests.portal.conftest import Portal

HTML = {"accept": "text/html"}


def reference_on(answer: httpx2.Response) -> str:
    (found,) = re.findall(r"<code>([0-9a-f]{20})</code>", answer.text)
    return str(found)


def why(portal: Portal, reference: str) -> str:
    done = run_forked(portal.stack.folder, "why", reference, str(portal.stack.folder / "portal.log"))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_reference_leads_to_the_cause_whoever_met_it_first(portal: Portal, ada: httpx2.Client) -> None:
    """Two people of one client meet one failure of WHMCS: each reference leads to the call that failed."""
    ada.get("/api/v1/session").raise_for_status()
    portal.whmcs.break_with("html", action="GetInvoices")
    answers = [ada.get("/invoices", headers=HTML) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503] * 3
    for answer in answers:
        reference = reference_on(answer)
        portal.stack.logged_request(reference)
        text = why(portal, reference)
        assert "GET /invoices" in text
        assert "503 billing_unavailable" in text
        assert re.search(r"account \d+, client 1\b", text)
        assert "action GetInvoices" in text
        assert "reason html" in text
        assert "('" not in text


@pytest.mark.parametrize("path", ["/invoices/999999", "/api/v1/invoices/999999"])
def test_the_line_of_a_request_names_account_client_and_error(portal: Portal, ada: httpx2.Client, path: str) -> None:
    """Numbers only, no names: whose request it was, and what it was answered."""
    reference = ada.get(path).headers["x-request-id"]
    line = portal.stack.logged_request(reference)
    assert (line["client"], line["code"]) == (1, "invoice_not_found")
    assert isinstance(line["account"], int)
    warm = [ada.get("/api/v1/invoices").headers["x-request-id"] for _ in range(2)]
    assert [portal.stack.logged_request(each)["client"] for each in warm] == [1, 1]


def test_a_reference_that_no_line_has_is_said(portal: Portal) -> None:
    """Exit code 1, and a sentence: no false calm."""
    done = run_forked(portal.stack.folder, "why", "0" * 20, str(portal.stack.folder / "portal.log"))
    assert done.returncode == 1
    assert "no line has the reference" in done.stderr
