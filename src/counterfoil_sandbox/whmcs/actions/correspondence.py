"""Quotes for clients, and the contacts who get a client's e-mails."""

from decimal import Decimal

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.books import cents
from counterfoil_sandbox.whmcs.records import Client, Contact, Quote, QuoteLine

from .clients import EMAIL_KINDS
from .desk import ActionContext, Answer, Params, window


def get_quotes(desk: ActionContext, params: Params) -> Answer:
    """Drafts and the staff's notes too; without `userid` everybody's."""
    client_id, quote_id = wire.integer(params.get("userid")), wire.integer(params.get("quoteid"))
    found = [
        quote
        for quote in desk.ledger.quotes
        if (not client_id or quote.client_id == client_id)
        and (not quote_id or quote.id == quote_id)
        and params.get("stage", quote.stage) == quote.stage
    ]
    found = desk.among_others(found, desk.ledger.quotes)
    start, page = window(found, params)
    return {
        "result": "success",
        "totalresults": len(found),
        "startnumber": start,
        "numreturned": len(page),
        "quotes": {"quote": [_quote(desk, quote) for quote in page]},
    }


def _quote(desk: ActionContext, quote: Quote) -> Answer:
    client = desk.ledger.clients.visible(quote.client_id)
    subtotal = sum((_amount(line) for line in quote.lines), Decimal(0))
    return {
        "id": quote.id,
        "subject": desk.escape(quote.subject),
        "stage": quote.stage,
        "validuntil": wire.day(quote.valid_until),
        "userid": quote.client_id,
        "client": _client(desk, client) if client else None,
        **dict.fromkeys(NOT_FOR_CLIENTS, ""),
        "country": "",
        "currency": 1,
        "subtotal": wire.money(subtotal),
        "tax1": wire.money(quote.tax),
        "tax2": "0.00",
        "total": wire.money(subtotal + quote.tax),
        "proposal": desk.escape(quote.proposal),
        "customernotes": desk.escape(quote.customer_notes),
        "adminnotes": desk.escape(quote.admin_notes),
        "datecreated": wire.day(quote.created),
        "lastmodified": wire.day(quote.created),
        "datesent": wire.NO_DATE if quote.stage == "Draft" else wire.day(quote.created),
        "dateaccepted": wire.day(quote.accepted),
        "items": {"item": [_line(desk, line) for line in quote.lines]},
    }


# Filled for people who are no client yet.
NOT_FOR_CLIENTS = (
    "firstname",
    "lastname",
    "companyname",
    "email",
    "address1",
    "address2",
    "city",
    "state",
    "postcode",
    "phonenumber",
    "tax_id",
)


def _client(desk: ActionContext, client: Client) -> Answer:
    return {
        "id": client.id,
        "firstname": desk.escape(client.firstname),
        "lastname": desk.escape(client.lastname),
        "companyname": desk.escape(client.companyname),
        "email": desk.escape(client.email),
        "datecreated": wire.day(client.datecreated),
        "groupid": 0,
        "status": client.status,
    }


def _amount(line: QuoteLine) -> Decimal:
    return cents(Decimal(line.quantity) * line.unit_price * (100 - line.discount) / 100)


def _line(desk: ActionContext, line: QuoteLine) -> Answer:
    return {
        "id": line.id,
        "description": desk.escape(line.description),
        "quantity": line.quantity,
        "unitprice": wire.money(line.unit_price),
        "discount": wire.money(line.discount),
        "taxable": int(line.taxed),
    }


def get_contacts(desk: ActionContext, params: Params) -> Answer:
    """Without `userid` everybody's."""
    client_id = wire.integer(params.get("userid"))
    own = [contact for contact in desk.ledger.contacts if not client_id or contact.client_id == client_id]
    found = desk.among_others(own, desk.ledger.contacts)
    start, page = window(found, params)
    return {
        "result": "success",
        "totalresults": len(found),
        "startnumber": start,
        "numreturned": len(page),
        "contacts": {"contact": [_contact(desk, contact) for contact in page]},
    }


def _contact(desk: ActionContext, contact: Contact) -> Answer:
    escape = desk.escape
    return {
        "id": contact.id,
        "userid": contact.client_id,
        "firstname": escape(contact.firstname),
        "lastname": escape(contact.lastname),
        "email": escape(contact.email),
        "address1": escape(contact.address1),
        "address2": escape(contact.address2),
        "city": escape(contact.city),
        "state": escape(contact.state),
        "postcode": contact.postcode,
        "country": contact.country,
        "phonenumber": contact.phone,
        **{f"{kind}emails": kind in contact.emails for kind in EMAIL_KINDS},
        "created_at": wire.NO_TIME,
        "updated_at": wire.NO_TIME,
    }
