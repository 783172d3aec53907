"""Gateways and saved payment methods as WHMCS sends them -> model.

Fields are picked one by one: `remote_token` never gets any further than this module.
"""

import calendar
import re
from datetime import date

import structlog

from counterfoil.model import Gateway, PaymentMethod
from counterfoil.whmcs.wire.unread import Unread
from counterfoil.whmcs.wire.values import Row, Untrustworthy, count, each, identifier, optional_identifier, rows, text

_log = structlog.get_logger(__name__)

_TYPES = {
    "creditcard": "card",
    "remotecreditcard": "card",
    "bankaccount": "bank_account",
    "remotebankaccount": "bank_account",
}


def gateways(answer: Row) -> tuple[Gateway, ...]:
    found = rows(answer, "paymentmethods", "paymentmethod")
    if "totalresults" in answer and count(answer, "totalresults") != len(found):
        raise Untrustworthy("totalresults is not the number of gateways")
    read = tuple(Gateway(text(row, "module"), text(row, "displayname") or text(row, "module")) for row in found)
    if not all(gateway.id for gateway in read):
        # Without it nothing can be paid with it, and no saved method can belong to it.
        _log.warning("WHMCS has a gateway without module, not shown")
    return tuple(gateway for gateway in read if gateway.id)


def payment_methods(answer: Row, client_id: int) -> tuple[PaymentMethod, ...]:
    if identifier(answer, "clientid") != client_id:
        raise Untrustworthy("payment methods of another client")
    unread = Unread("payment method")
    read = each(rows(answer, "paymethods", "paymethod"), lambda row: _payment_method(row, client_id, unread))
    unread.warn()
    return tuple(method for method in read if method)


def _payment_method(row: Row, client_id: int, unread: Unread) -> PaymentMethod | None:
    method_id = identifier(row, "id")
    if not _owners(row) <= {client_id}:
        raise Untrustworthy("a payment method of another client")
    kind = _TYPES.get(text(row, "type").lower())
    if kind is None:
        # Not known to be usable for paying, so no order may count on it.
        _log.warning("WHMCS has a payment method of an unknown type, not shown", payment_method_id=method_id)
        return None
    known = unread.row(row, method_id)
    digits = re.sub(r"[^0-9]", "", known.get("last_four", "card_last_four", text) or "")
    return PaymentMethod(
        id=method_id,
        type=kind,
        description=known.text("description", "description"),
        gateway=known.text("gateway", "gateway_name"),
        brand=known.text("brand", "card_type") or known.text("brand", "bank_name"),
        last_four=digits[-4:],
        expires_on=known.get("expires_on", "expiry_date", _expiry),
        unreadable=known.names,
    )


def _owners(row: Row) -> set[int]:
    """The clients that a row names. `contact_id` says nothing: the vendor's own sample has 1 in it for everybody."""
    return {owner for key in ("clientid", "userid") if (owner := optional_identifier(row, key)) is not None}


def _expiry(row: Row, key: str) -> date | None:
    """The end of the month in "02/25", "02/2025" or "0225"."""
    written = text(row, key)
    if not written.strip("0/"):
        return None
    found = re.fullmatch(r"(0?[1-9]|1[0-2])/(?:20)?([0-9]{2})|(0[1-9]|1[0-2])([0-9]{2})", written, re.ASCII)
    if not found:
        # Taken as "never" it would let an expired card pass as usable.
        raise Untrustworthy(f"{key} is no month")
    month, year = int(found[1] or found[3]), 2000 + int(found[2] or found[4])
    return date(year, month, calendar.monthrange(year, month)[1])
