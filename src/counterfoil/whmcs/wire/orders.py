"""Products, orders and what came of them as WHMCS sends them -> model, and an order's tag as WHMCS takes it."""

import base64
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from counterfoil.model import Price, Product
from counterfoil.whmcs.results import OrderedService, OrderRow, Placed
from counterfoil.whmcs.wire.unread import Unread, UnreadRow
from counterfoil.whmcs.wire.values import (
    Row,
    Untrustworthy,
    amount,
    amount_or_zero,
    count,
    each,
    identifier,
    optional_identifier,
    prose,
    rows,
    switch,
    text,
)

_CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")
_ONCE = {"onetime": "onetime", "free": "free", "freeaccount": "free"}


def cycle(written: str) -> str:
    """As one word in lower case: WHMCS also writes "Semi-Annually", "One Time", "Free Account"."""
    word = re.sub(r"[^a-z]", "", written.lower())
    return _ONCE.get(word, word)


def products(answer: Row) -> tuple[Product, ...]:
    found = rows(answer, "products", "product")
    if "totalresults" in answer and count(answer, "totalresults") != len(found):
        raise Untrustworthy("totalresults is not the number of products")
    # What is hidden or retired is not sold; not every version says so.
    sold = (row for row in found if not switch(row, "hidden") and not switch(row, "retired"))
    unread = Unread("product")
    read = each(sold, lambda row: _product(row, unread))
    unread.warn()
    return read


def _product(row: Row, unread: Unread) -> Product:
    product_id = identifier(row, "pid", "id")
    pay_type = cycle(text(row, "paytype") or "recurring")
    priced = row.get("pricing") or {}
    if not isinstance(priced, Mapping):
        raise Untrustworthy("pricing is no object")
    prices = [
        price
        for currency, given in priced.items()
        for price in _prices(currency, given, pay_type, unread.row(given, product_id))
    ]
    return Product(
        id=product_id,
        name=text(row, "name"),
        description=prose(row, "description"),
        takes_quantity=text(row, "allowqty") not in {"", "0"},
        prices=tuple(prices),
        fields={text(field, "name"): identifier(field, "id") for field in rows(row, "customfields", "customfield")},
    )


def _prices(currency: str, given: object, pay_type: str, known: UnreadRow) -> Iterable[Price]:
    if not isinstance(given, Mapping):
        raise Untrustworthy("pricing of a currency is no object")
    if pay_type == "free":
        yield Price(currency, "free", Decimal(0), Decimal(0))
        return
    # What is paid once has its price where the monthly one stands.
    for name in ("monthly",) if pay_type == "onetime" else _CYCLES:
        price = known.get(name, name, amount) if given.get(name) not in (None, "") else None
        setup = known.get(name, f"{name[0]}setupfee", amount_or_zero)
        # "-1.00": not offered. Nor is what has no price that can be read.
        if price is not None and setup is not None and price >= 0:
            setup = max(setup, Decimal(0))
            yield Price(currency, "onetime" if pay_type == "onetime" else name, price, setup)


def services(answer: Row, client_id: int) -> tuple[OrderedService, ...]:
    found = rows(answer, "products", "product")
    if any(identifier(row, "clientid", "userid") != client_id for row in found):
        raise Untrustworthy("services of another client")
    unread = Unread("service")
    read = each(found, lambda row: _service(row, unread.row(row, identifier(row, "id"))))
    unread.warn()
    return read


def _service(row: Row, known: UnreadRow) -> OrderedService:
    return OrderedService(
        id=identifier(row, "id"),
        order_id=optional_identifier(row, "orderid") or 0,
        product_id=identifier(row, "pid"),
        billing_cycle=cycle(known.get("billing_cycle", "billingcycle", text) or ""),
        quantity=known.get("quantity", "qty", lambda row, key: optional_identifier(row, key) or 1) or 0,
        status=text(row, "status"),
        tags=frozenset(text(field, "value") for field in rows(row, "customfields", "customfield")) - {""},
    )


def orders(answer: Row) -> tuple[OrderRow, ...]:
    return each(rows(answer, "orders", "order"), _order)


def _order(row: Row) -> OrderRow:
    return OrderRow(
        id=identifier(row, "id"),
        client_id=identifier(row, "userid"),
        status=text(row, "status"),
        invoice_id=optional_identifier(row, "invoiceid"),
    )


def placed(answer: Row) -> Placed:
    listed = text(answer, "serviceids") or text(answer, "productids")
    return Placed(
        order_id=identifier(answer, "orderid"),
        service_ids=tuple(int(part) for part in listed.split(",") if part.strip().isdecimal() and len(part) < 20),
        invoice_id=optional_identifier(answer, "invoiceid"),
    )


def tag(field_id: int, value: str) -> str:
    """What `customfields` of one line is: base64 of a serialised PHP array.

    https://www.php.net/serialize
    """
    serialised = f'a:1:{{i:{field_id};s:{len(value.encode())}:"{value}";}}'
    return base64.b64encode(serialised.encode()).decode()
