"""Transactions, credit, quotes and contacts over the wire: what is asked, what is read, whose word is not taken."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from counterfoil.errors import BillingUnavailable
from counterfoil.model import QuoteStatus
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.lists import PAGE
from counterfoil.whmcs.records_api import WhmcsRecords
from tests.whmcs import answers
from tests.whmcs.scripted import Scripted, says

pytestmark = pytest.mark.anyio


@pytest.fixture
def records(client: WhmcsClient) -> WhmcsRecords:
    return WhmcsRecords(client, timezone=ZoneInfo("Europe/Berlin"))


def asked(whmcs: Scripted) -> list[dict[str, str]]:
    hidden = {"identifier", "secret", "responsetype"}
    return [{name: value for name, value in call.items() if name not in hidden} for call in whmcs.calls]


async def test_get_transactions(whmcs: Scripted, records: WhmcsRecords) -> None:
    """Payments are above 0, refunds below; the merchant's fees stay behind."""
    refund = answers.transaction(id=11, amountin="0.00", amountout="5.00", invoiceid="0", currency="3")
    whmcs.default = says(answers.transactions(answers.transaction(), refund))
    paid, back = await records.get_transactions(7)
    assert (paid.amount, paid.currency_id, paid.invoice_id) == (Decimal("45.90"), None, 59)
    assert (paid.on, paid.reference) == (date(2016, 1, 1), "1479732071aad259f3513ec")
    assert (back.amount, back.currency_id, back.invoice_id) == (Decimal("-5.00"), 3, None)
    assert asked(whmcs) == [{"action": "GetTransactions", "clientid": "7"}]
    assert b"1.23" not in msgspec.json.encode([paid, back])


@pytest.mark.parametrize(
    "answer",
    [
        answers.transactions(answers.transaction(), totalresults=2),
        answers.transactions(answers.transaction(), answers.transaction(id=11, userid="8")),
        answers.transactions(answers.transaction(userid="0")),
        answers.transactions(answers.transaction(), answers.transaction()),
        answers.transactions(answers.transaction(amountin="4,50")),
        answers.transactions(answers.transaction(amountin=None)),
        answers.transactions(answers.transaction(amountin="", amountout="")),
    ],
    ids=["a part", "another client's", "nobody's", "one twice", "no amount", "none in", "none at all"],
)
async def test_transactions_that_cannot_be_trusted(whmcs: Scripted, records: WhmcsRecords, answer: Any) -> None:
    """The whole answer is refused: a list of payments with gaps would be untrue."""
    whmcs.default = says(answer)
    with pytest.raises(BillingUnavailable):
        await records.get_transactions(7)


@pytest.mark.parametrize("empty", ["", [], {}], ids=str)
async def test_no_transactions(whmcs: Scripted, records: WhmcsRecords, empty: object) -> None:
    whmcs.default = says(answers.transactions(transactions=empty))
    assert await records.get_transactions(7) == ()


async def test_get_credits(whmcs: Scripted, records: WhmcsRecords) -> None:
    """Nested as WHMCS sends it, and flat as its documentation shows it."""
    used = answers.credit(id="2", amount="-10.00", date="0000-00-00")
    whmcs.script.append(says(answers.credits_(answers.credit(), used)))
    flat = {f"credits[credit][0][{name}]": value for name, value in answers.credit().items()}
    whmcs.script.append(says({"result": "success", "totalresults": "1", "clientid": "7"} | flat))
    given, taken = await records.get_credits(7)
    assert (given.description, given.amount, taken.amount, taken.on) == ("Sorry & thanks", 10, -10, None)
    assert await records.get_credits(7) == (given,)
    assert b"canary" not in msgspec.json.encode(given)
    assert asked(whmcs)[0] == {"action": "GetCredits", "clientid": "7"}


@pytest.mark.parametrize(
    "answer",
    [
        answers.credits_(answers.credit(), clientid="8"),
        answers.credits_(answers.credit(), totalresults="2"),
        answers.credits_(answers.credit(clientid="8")),
        answers.credits_(answers.credit(amount="")),
    ],
    ids=["another client's", "a part", "a row of another client's", "no amount"],
)
async def test_credit_that_cannot_be_trusted(whmcs: Scripted, records: WhmcsRecords, answer: Any) -> None:
    whmcs.default = says(answer)
    with pytest.raises(BillingUnavailable):
        await records.get_credits(7)


async def test_get_quotes(whmcs: Scripted, records: WhmcsRecords) -> None:
    """What the provider's people note for each other stays behind."""
    unknown = answers.quote(id=3, stage="Thinking", items="")
    whmcs.default = says(answers.paged("quotes", "quote", answers.quote(), unknown))
    quote, odd = await records.get_quotes(7)
    assert (quote.subject, quote.status, quote.total) == ("Fruit & more", QuoteStatus.DELIVERED, Decimal("17.45"))
    assert (quote.taxes, quote.accepted_on) == ((Decimal("1.59"),), None)
    [line] = quote.lines
    assert (line.quantity, line.unit_price, line.discount) == (Decimal(3), Decimal("5.00"), Decimal("2.50"))
    assert (odd.status, odd.lines) == (QuoteStatus.DRAFT, ()), "an unknown stage may be the provider's own business"
    assert b"canary" not in msgspec.json.encode(quote)
    assert asked(whmcs) == [{"action": "GetQuotes", "userid": "7", "limitstart": "0", "limitnum": str(PAGE)}]


async def test_get_contacts(whmcs: Scripted, records: WhmcsRecords) -> None:
    """Rights and passwords of contacts stay behind."""
    whmcs.default = says(answers.paged("contacts", "contact", answers.contact()))
    [contact] = await records.get_contacts(7)
    assert (contact.last_name, contact.emails) == ("O'Contact", ("general", "invoice", "support"))
    assert b"canary" not in msgspec.json.encode(contact)
    assert asked(whmcs) == [{"action": "GetContacts", "userid": "7", "limitstart": "0", "limitnum": str(PAGE)}]


@pytest.mark.parametrize(
    ("answer", "ask"),
    [
        (answers.paged("quotes", "quote", answers.quote(userid=8)), WhmcsRecords.get_quotes),
        (answers.paged("quotes", "quote", answers.quote(userid=0)), WhmcsRecords.get_quotes),
        (answers.paged("quotes", "quote", answers.quote(), answers.quote()), WhmcsRecords.get_quotes),
        (answers.paged("contacts", "contact", answers.contact(userid=8)), WhmcsRecords.get_contacts),
    ],
    ids=["quote of another", "quote of nobody", "quote twice", "contact of another"],
)
async def test_rows_of_others_refuse_the_whole_answer(
    whmcs: Scripted, records: WhmcsRecords, answer: Any, ask: Callable[[WhmcsRecords, int], Awaitable[Any]]
) -> None:
    whmcs.default = says(answer)
    with pytest.raises(BillingUnavailable):
        await ask(records, 7)


async def test_get_currencies(whmcs: Scripted, records: WhmcsRecords) -> None:
    """Nested, and flat as the documentation shows it."""
    rows = [{"id": "1", "code": "EUR"}, {"id": 2, "code": "JPY"}]
    flat = {f"currencies[currency][{at}][{key}]": row[key] for at, row in enumerate(rows) for key in row}
    for shape in ({"currencies": {"currency": rows}}, flat):
        whmcs.default = says({"result": "success", "totalresults": "2"} | shape)
        assert await records.get_currencies() == {1: "EUR", 2: "JPY"}


@pytest.mark.parametrize("name", ["get_transactions", "get_credits", "get_quotes", "get_contacts"])
async def test_nothing_is_asked_about_everybody(whmcs: Scripted, records: WhmcsRecords, name: str) -> None:
    """WHMCS takes a client of 0 as no condition."""
    with pytest.raises(ValueError, match="no condition"):
        await getattr(records, name)(0)
    assert whmcs.calls == []
