"""Transactions, credit, quotes, contacts and currencies as WHMCS sends them -> model.

Field by field: what is not named here is dropped, such as a quote's `adminnotes`, a transaction's `fees`, and a
contact's rights and password.
"""

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

import structlog

from counterfoil.model import Contact, CreditEntry, Quote, QuoteLine, QuoteStatus, Transaction
from counterfoil.whmcs.wire.unread import Unread, UnreadRow
from counterfoil.whmcs.wire.values import (
    Row,
    Untrustworthy,
    amount,
    amount_or_zero,
    count,
    currency_code,
    each,
    identifier,
    optional_identifier,
    rows,
    text,
)

_log = structlog.get_logger(__name__)


def transactions(answer: Row, client_id: int, zone: ZoneInfo) -> tuple[Transaction, ...]:
    """All of them: GetTransactions has no pages."""
    found = rows(answer, "transactions", "transaction")
    _are_all(found, answer)
    unread = Unread("transaction")
    read = each(found, lambda row: _transaction(row, unread, zone))
    unread.warn()
    _are_of(client_id, {each_.client_id for each_ in read})
    return read


def _transaction(row: Row, unread: Unread, zone: ZoneInfo) -> Transaction:
    transaction_id = identifier(row, "id")
    known = unread.row(row, transaction_id, zone)
    return Transaction(
        id=transaction_id,
        client_id=identifier(row, "userid", "clientid"),
        on=known.day("date", "date"),
        gateway=known.text("gateway", "gateway"),
        description=known.text("description", "description"),
        reference=known.text("reference", "transid"),
        amount=_moved(row),
        currency_id=optional_identifier(row, "currency"),
        invoice_id=optional_identifier(row, "invoiceid"),
        unreadable=known.names,
    )


def _moved(row: Row) -> Decimal:
    """One of the two may be left out, beside the other; without both it is no payment."""
    if row.get("amountin") in (None, "") and text(row, "amountout"):
        moved = -amount(row, "amountout")
    else:
        moved = amount(row, "amountin") - amount_or_zero(row, "amountout")
    if not moved and not (text(row, "amountin") and text(row, "amountout")):
        raise Untrustworthy("amountin and amountout are no amounts")
    return moved


def credits_(answer: Row, client_id: int, zone: ZoneInfo) -> tuple[CreditEntry, ...]:
    _are_of(client_id, {identifier(answer, "clientid")})
    found = rows(answer, "credits", "credit") or _flat(answer, "credits[credit]")
    _are_all(found, answer)
    _are_of(client_id, {identifier(row, "clientid") for row in found if "clientid" in row})
    unread = Unread("credit")
    read = each(found, lambda row: _credit_entry(row, unread, zone))
    unread.warn()
    return read


_FLAT = re.compile(r"\[([0-9]{1,6})\]\[([a-z_]+)\]")


def _flat(answer: Row, path: str) -> list[Row]:
    """The shape in which the vendor's pages show some lists: "credits[credit][0][id]"."""
    found: dict[int, dict[str, object]] = {}
    for key, value in answer.items():
        if key.startswith(path) and (place := _FLAT.fullmatch(key, len(path))):
            found.setdefault(int(place[1]), {})[place[2]] = value
    return [found[place] for place in sorted(found)]


def _credit_entry(row: Row, unread: Unread, zone: ZoneInfo) -> CreditEntry:
    entry_id = identifier(row, "id")
    known = unread.row(row, entry_id, zone)
    on, described = known.day("date", "date"), known.text("description", "description")
    return CreditEntry(entry_id, on, described, amount(row, "amount"), known.names)


_STAGES = {
    "draft": QuoteStatus.DRAFT,
    "delivered": QuoteStatus.DELIVERED,
    "on hold": QuoteStatus.ON_HOLD,
    "accepted": QuoteStatus.ACCEPTED,
    "lost": QuoteStatus.LOST,
    "dead": QuoteStatus.DEAD,
}


def quotes(answer: Row, client_id: int, zone: ZoneInfo) -> tuple[Quote, ...]:
    """Drafts among them."""
    unread = Unread("quote")
    read = each(rows(answer, "quotes", "quote"), lambda row: _quote(row, unread, zone))
    unread.warn()
    _are_of(client_id, {quote.client_id for quote in read})
    return read


def _quote(row: Row, unread: Unread, zone: ZoneInfo) -> Quote:
    quote_id = identifier(row, "id")
    known = unread.row(row, quote_id, zone)
    return Quote(
        id=quote_id,
        client_id=identifier(row, "userid"),
        subject=known.text("subject", "subject"),
        status=_stage(row, quote_id),
        issued_on=known.day("issued_on", "datecreated"),
        valid_until=known.day("valid_until", "validuntil"),
        accepted_on=known.day("accepted_on", "dateaccepted"),
        subtotal=amount(row, "subtotal"),
        taxes=tuple(tax for tax in (amount_or_zero(row, "tax1"), amount_or_zero(row, "tax2")) if tax),
        total=amount(row, "total"),
        proposal=known.text("proposal", "proposal"),
        notes=known.text("notes", "customernotes"),
        lines=each(rows(row, "items", "item"), lambda line: _line(line, unread.row(line, quote_id))),
        unreadable=known.names,
    )


def _stage(row: Row, quote_id: int) -> QuoteStatus:
    stage = text(row, "stage").lower()
    if stage not in _STAGES:
        # Perhaps not meant for the customer, so it is treated as what is not.
        _log.warning("WHMCS has a quote in an unknown stage, not shown", quote_id=quote_id)
    return _STAGES.get(stage, QuoteStatus.DRAFT)


def _line(row: Row, known: UnreadRow) -> QuoteLine:
    return QuoteLine(
        description=known.text("description", "description"),
        quantity=known.get("quantity", "quantity", amount),
        unit_price=known.get("unit_price", "unitprice", amount),
        discount=known.get("discount", "discount", amount_or_zero),
        taxed=known.switch("taxed", "taxable"),
        unreadable=known.names,
    )


_EMAILS = ("general", "invoice", "product", "domain", "support", "affiliate")


def contacts(answer: Row, client_id: int) -> tuple[Contact, ...]:
    unread = Unread("contact")
    read = each(rows(answer, "contacts", "contact"), lambda row: _contact(row, unread))
    unread.warn()
    _are_of(client_id, {contact.client_id for contact in read})
    return read


def _contact(row: Row, unread: Unread) -> Contact:
    contact_id = identifier(row, "id")
    known = unread.row(row, contact_id)
    return Contact(
        id=contact_id,
        client_id=identifier(row, "userid"),
        first_name=known.text("first_name", "firstname"),
        last_name=known.text("last_name", "lastname"),
        company_name=known.text("company_name", "companyname"),
        email=known.text("email", "email"),
        address1=known.text("address1", "address1"),
        address2=known.text("address2", "address2"),
        city=known.text("city", "city"),
        state=known.text("state", "state"),
        postcode=known.text("postcode", "postcode"),
        country=known.text("country", "country"),
        phone=known.text("phone", "phonenumber"),
        emails=tuple(kind for kind in _EMAILS if known.switch("emails", f"{kind}emails")),
        unreadable=known.names,
    )


def currencies(answer: Row) -> dict[int, str]:
    """Codes such as "EUR" by WHMCS's numbers."""
    found = rows(answer, "currencies", "currency") or _flat(answer, "currencies[currency]")
    _are_all(found, answer)
    return {identifier(row, "id"): currency_code(row, "code") for row in found}


def _are_all(found: list[Row], answer: Row) -> None:
    """For lists without pages."""
    if count(answer, "totalresults") != len(found):
        raise Untrustworthy("totalresults is not the number of rows")


def _are_of(client_id: int, owners: set[int]) -> None:
    if owners - {client_id}:
        raise Untrustworthy("rows of another client")
