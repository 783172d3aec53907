"""What handlers take from an address or a form: ids, the page of a list, a period. What does not fit is refused."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, NamedTuple, TypeAlias, TypeVar

from litestar.params import QueryParameter

from counterfoil.billing.hand_offs.payments import MOST_TOGETHER
from counterfoil.billing.paged import Paged, page_of
from counterfoil.billing.reading import Reading, moment
from counterfoil.errors import InvoiceNotFound, OrderNotFound, ValidationFailed
from counterfoil.web.text.catalogue import translatable

MAX_ID = 2**31 - 1
"""WHMCS's ids are MySQL's int: what is larger names nothing, and is not worth asking for."""

ROWS = 25

Page: TypeAlias = Annotated[int, QueryParameter(ge=1, le=100_000)]
PageSize: TypeAlias = Annotated[int, QueryParameter(ge=1, le=100)]

Item = TypeVar("Item")


def invoice_id_of(text: str) -> int:
    """Raises InvoiceNotFound for what cannot be an invoice's id: like one that is not there."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise InvoiceNotFound
    return _existing(int(text))


def record_id_of(text: str) -> int:
    """Of a subscription or a quote; 0, which none has, for what cannot be one."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= 10
    return int(text) if is_one and int(text) <= MAX_ID else 0


def invoices_together(ids: Sequence[int]) -> Sequence[int]:
    """The invoices that are to be paid at once. Raises InvoiceNotFound, ValidationFailed."""
    chosen = [_existing(invoice_id) for invoice_id in ids]
    if len(chosen) > MOST_TOGETHER or len(set(chosen)) < len(chosen):
        # Of one that stands there twice nobody knows what is meant: to pay it twice would be wrong.
        raise not_valid("invoice_ids")
    return chosen


def _existing(invoice_id: int) -> int:
    if not 0 < invoice_id <= MAX_ID:
        raise InvoiceNotFound
    return invoice_id


def order_id_of(text: str) -> str:
    """Raises OrderNotFound for what cannot be an order's id."""
    if not (text.isascii() and text.isalnum() and len(text) <= 32):
        raise OrderNotFound
    return text


def paged(reading: Reading[tuple[Item, ...]], page: int, page_size: int = ROWS) -> Paged[Item]:
    return page_of(reading.value, page, page_size, moment(reading.as_of))


FirstDay: TypeAlias = Annotated[str, QueryParameter(name="from", schema_extra={"format": "date"})]
LastDay: TypeAlias = Annotated[str, QueryParameter(name="to", schema_extra={"format": "date"})]
"""As text, for day_of: what is typed `date | None` takes the word "null" for none given."""


def day_of(field: str, text: str) -> date | None:
    """YYYY-MM-DD; None for "". Raises ValidationFailed."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # Python also takes weeks, and dates without hyphens
        raise not_valid(field)
    return day


class Period(NamedTuple):
    """Both days belong to it."""

    first: date
    last: date


def period_of(first: date | None, last: date | None, today: date) -> Period:
    """What is left out makes it this year so far. Raises ValidationFailed."""
    last = last or max(today, first or today)
    first = first or date(last.year, 1, 1)
    if first > last:
        raise ValidationFailed(("to", translatable("The period ends before it begins.")))
    return Period(first, last)


def not_valid(*fields: str) -> ValidationFailed:
    """For a value of which there is no more to say."""
    return ValidationFailed(*((field, translatable("This value is not valid.")) for field in fields))
