"""Quotes for clients, and the contacts who get a client's e-mails."""

from decimal import Decimal

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.books import cents
from counterfoil_sandbox.whmcs.records import Client, Contact, Quote, QuoteLine

from .clients import EMAIL_KINDS
from .context import ActionContext, Answer, Params, window


def get_quotes(context: ActionContext, params: Params) -> Answer:
    """Drafts and the staff's notes too; without `userid` everybody's."""
    client_id, quote_id = wire.integer(params.get("userid")), wire.integer(params.get("quoteid"))
    found = [
        quote
        for quote in context.ledger.quotes
        if (not client_id or quote.client_id == client_id)
        and (not quote_id or quote.id == quote_id)
        and params.get("stage", quote.stage) == quote.stage
    ]
    found = context.among_others(found, context.ledger.quotes)
    start, page = window(found, params)
    return {
        "result": "success",
        "totalresults": len(found),
        "startnumber": start,
        "numreturned": len(page),
        "quotes": {"quote": [_quote(context, quote) for quote in page]},
    }


def _quote(context: ActionContext, quote: Quote) -> Answer:
    client = context.ledger.clients.visible(quote.client_id)
    subtotal = sum((_amount(line) for line in quote.lines), Decimal(0))
    return {
        "id": quote.id,
        "subject": context.escape(quote.subject),
        "stage": quote.stage,
        "validuntil": wire.day(quote.valid_until),
        "userid": quote.client_id,
        "client": _client(context, client) if client else None,
        **dict.fromkeys(NOT_FOR_CLIENTS, ""),
        "country": "",
        "currency": 1,
        "subtotal": wire.money(subtotal),
        "tax1": wire.money(quote.tax),
        "tax2": "0.00",
        "total": wire.money(subtotal + quote.tax),
        "proposal": context.escape(quote.proposal),
        "customernotes": context.escape(quote.customer_notes),
        "adminnotes": context.escape(quote.admin_notes),
        "datecreated": wire.day(quote.created),
        "lastmodified": wire.day(quote.created),
        "datesent": wire.NO_DATE if quote.stage == "Draft" else wire.day(quote.created),
        "dateaccepted": wire.day(quote.accepted),
        "items": {"item": [_line(context, line) for line in quote.lines]},
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


def _client(context: ActionContext, client: Client) -> Answer:
    return {
        "id": client.id,
        "firstname": context.escape(client.firstname),
        "lastname": context.escape(client.lastname),
        "companyname": context.escape(client.companyname),
        "email": context.escape(client.email),
        "datecreated": wire.day(client.datecreated),
        "groupid": 0,
        "status": client.status,
    }


def _amount(line: QuoteLine) -> Decimal:
    return cents(Decimal(line.quantity) * line.unit_price * (100 - line.discount) / 100)


def _line(context: ActionContext, line: QuoteLine) -> Answer:
    return {
        "id": line.id,
        "description": context.escape(line.description),
        "quantity": line.quantity,
        "unitprice": wire.money(line.unit_price),
        "discount": wire.money(line.discount),
        "taxable": int(line.taxed),
    }


def get_contacts(context: ActionContext, params: Params) -> Answer:
    """Without `userid` everybody's."""
    client_id = wire.integer(params.get("userid"))
    own = [contact for contact in context.ledger.contacts if not client_id or contact.client_id == client_id]
    found = context.among_others(own, context.ledger.contacts)
    start, page = window(found, params)
    return {
        "result": "success",
        "totalresults": len(found),
        "startnumber": start,
        "numreturned": len(page),
        "contacts": {"contact": [_contact(context, contact) for contact in page]},
    }


def _contact(context: ActionContext, contact: Contact) -> Answer:
    escape = context.escape
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
