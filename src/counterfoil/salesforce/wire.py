"""What Salesforce really sends -> plain structs. Values are taken one by one; what is not understood is refused."""

import re
from collections.abc import Container, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce.failures import KINDS, OTHER, CrmNotVisible, CrmRefused, meaning
from counterfoil.salesforce.fields import Fields

Record = Mapping[str, Any]

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")

_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class CrmItem(Struct, frozen=True):
    """A line of an order. `product_id` is WHMCS's, None when the product names none. `quantity` is
    0 for what is no whole number of pieces: over there it may be 1.5, none, or less than none.
    """

    id: str
    product_id: int | None
    billing_cycle: str
    quantity: int
    name: str


class CrmOrder(Struct, frozen=True):
    """`client_id` and `whmcs_order_id` are WHMCS's numbers, None when there are none. `currency` is empty in an org
    with one currency, `price_book_id` in an order without a price book.
    """

    id: str
    activation_status: str
    is_cancelled: bool
    portal_order_id: str
    whmcs_order_id: int | None
    client_id: int | None
    attempt: int | None
    items: tuple[CrmItem, ...]
    currency: str = ""
    price_book_id: str = ""


class Requested(Struct, frozen=True):
    """An approved order, and when its record changed last, in Salesforce's own words."""

    id: str
    modstamp: str


class PriceEntry(Struct, frozen=True):
    """A product in a price book, in one currency."""

    id: str
    price_book_id: str
    product_id: int | None
    billing_cycle: str
    unit_price: Decimal
    currency: str = ""


def is_id(text: object) -> bool:
    """15 characters, or 18 that do not depend on upper and lower case. Nothing else may get into a path or a query."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def full_id(written: str) -> str:
    """18 characters, as the API writes ids: people and formulas also use the first 15, whose case counts."""
    if len(written) != 15:
        return written
    chunks = [written[start : start + 5] for start in (0, 5, 10)]
    return written + "".join(_SUFFIX[sum(1 << at for at, char in enumerate(each) if char.isupper())] for each in chunks)


def record_id(record: Record, key: str = "Id") -> str:
    found = record.get(key)
    if not is_id(found):
        raise _odd(f"{key} is no id")
    return full_id(str(found))


def records(answer: Any) -> list[Record]:
    found = answer.get("records") if isinstance(answer, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise _odd("no records")
    return found


def order(record: Record, items: list[Record], fields: Fields, cancelled: Container[str]) -> CrmOrder:
    """Raises CrmNotVisible when its account is not shown: then nobody knows whose order it is."""
    account = record.get("Account")
    if is_id(record.get("AccountId")) and not isinstance(account, Mapping):
        raise CrmNotVisible("account")
    return CrmOrder(
        id=record_id(record),
        activation_status=text(record, fields["Activation_Status__c"]),
        is_cancelled=is_cancelled(record, cancelled),
        portal_order_id=text(record, fields["Portal_Order_ID__c"]),
        whmcs_order_id=number(record, fields["WHMCS_Order_ID__c"]),
        client_id=number(account or {}, fields["WHMCS_Client_ID__c"]),
        attempt=number(record, fields["Activation_Attempt__c"]),
        items=tuple(_item(each, fields) for each in items),
        currency=text(record, "CurrencyIsoCode"),
        price_book_id=text(record, "Pricebook2Id"),
    )


def _item(record: Record, fields: Fields) -> CrmItem:
    product = record.get("Product2") or {}
    return CrmItem(
        id=record_id(record),
        product_id=number(product, fields["WHMCS_Product_ID__c"]),
        billing_cycle=cycle(text(product, fields["Billing_Cycle__c"])),
        quantity=number(record, "Quantity") or 0,
        name=text(product, "Name"),
    )


def price_entry(record: Record, fields: Fields) -> PriceEntry:
    product = record.get("Product2") or {}
    return PriceEntry(
        id=record_id(record),
        price_book_id=record_id(record, "Pricebook2Id"),
        product_id=number(product, fields["WHMCS_Product_ID__c"]),
        billing_cycle=cycle(text(product, fields["Billing_Cycle__c"])),
        unit_price=_decimal(record.get("UnitPrice")),
        currency=text(record, "CurrencyIsoCode"),
    )


def text(record: Record, key: str) -> str:
    value = record.get(key)
    return value.strip() if isinstance(value, str) else ""


def number(record: Record, key: str) -> int | None:
    """A whole number above 0, as number (7.0) or text ("7"); None for everything else, which names nothing."""
    try:
        value = Decimal(str(record.get(key)).strip())
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and value == value.to_integral_value() and 0 < value < 2**63 else None


def cycle(written: str) -> str:
    """As WHMCS names it: "Semi-Annually" is semiannually, "One Time" is onetime."""
    return re.sub(r"[^a-z]", "", written.lower())


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise _odd("UnitPrice is no number") from None


def _odd(problem: str) -> CrmUnavailable:
    return CrmUnavailable("answer", problem)


def is_cancelled(record: Record, statuses: Container[str]) -> bool:
    """By the order's own status, which orgs name as they like, or by the code behind it."""
    return text(record, "Status").lower() in statuses or text(record, "StatusCode").lower().startswith("cancel")


def check_composite(answer: Any) -> None:
    """Raises CrmRefused for the part that failed, not for those that were rolled back with it."""
    parts = answer.get("compositeResponse") if isinstance(answer, Mapping) else None
    if not isinstance(parts, list) or not all(isinstance(part, Mapping) for part in parts):
        raise _odd("no compositeResponse")
    reasons = [_part_reason(part) for part in parts if part.get("httpStatusCode") not in {200, 201, 204}]
    own = [reason for reason in reasons if reason != "PROCESSING_HALTED"] or reasons
    if own and (KINDS.get(own[0], OTHER).again or KINDS.get(own[0], OTHER).later or own[0] == "DAY_IS_SPENT"):
        raise CrmUnavailable("composite", own[0])
    if own and own[0] == "NOT_FOUND":
        # As for a single call: hidden from us or gone, and only the bin tells which.
        raise CrmNotVisible("composite")
    if own:
        raise CrmRefused(own[0])


def _part_reason(part: Mapping[str, Any]) -> str:
    body = part.get("body")
    first = body[0] if isinstance(body, list) and body and isinstance(body[0], Mapping) else {}
    status = part.get("httpStatusCode")
    return meaning(status if isinstance(status, int) else 0, text(first, "errorCode"), text(first, "message"))
