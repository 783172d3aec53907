"""Ids and periods as addresses and forms give them: whatever does not fit is refused before anything is asked for."""

from datetime import date

import pytest

from counterfoil.billing.hand_offs.payments import MOST_TOGETHER
from counterfoil.errors import InvoiceNotFound, OrderNotFound, ValidationFailed
from counterfoil.web.http.parameters import MAX_ID, day_of, invoice_id_of, invoices_together, order_id_of, period_of

TODAY = date(2026, 11, 22)


def test_an_invoices_id() -> None:
    assert (invoice_id_of("1083"), invoice_id_of(str(MAX_ID))) == (1083, MAX_ID)


NO_IDS = ["", "0", "-1", "+1", "1e3", " 1", "1.0", "x", "\N{ARABIC-INDIC DIGIT ONE}", str(MAX_ID + 1), "1" * 5000]


@pytest.mark.parametrize("text", NO_IDS)
def test_what_is_no_invoices_id_is_not_found(text: str) -> None:
    """Like one that is not there, and not by way of a number that takes seconds to read."""
    with pytest.raises(InvoiceNotFound):
        invoice_id_of(text)


@pytest.mark.parametrize("text", ["", "../1", "a b", "é", "a" * 33])
def test_what_is_no_orders_id_is_not_found(text: str) -> None:
    with pytest.raises(OrderNotFound):
        order_id_of(text)


def test_several_invoices_are_each_named_once() -> None:
    """Of one that stands there twice nobody knows what is meant."""
    assert list(invoices_together([3, 1, 2])) == [3, 1, 2]
    for ids in ([1, 2, 1], range(1, MOST_TOGETHER + 2)):
        with pytest.raises(ValidationFailed) as refused:
            invoices_together(list(ids))
        assert [field for field, _ in refused.value.errors] == ["invoice_ids"]
    for ids in ([1, 0], [MAX_ID + 1], [-1, -1]):
        with pytest.raises(InvoiceNotFound):
            invoices_together(ids)


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        (None, None, (date(2026, 1, 1), TODAY)),
        (date(2026, 3, 1), None, (date(2026, 3, 1), TODAY)),
        (None, date(2025, 6, 30), (date(2025, 1, 1), date(2025, 6, 30))),
        (date(2027, 2, 1), None, (date(2027, 2, 1), date(2027, 2, 1))),
        (TODAY, TODAY, (TODAY, TODAY)),
    ],
)
def test_what_is_left_out_of_a_period(first: date | None, last: date | None, period: tuple[date, date]) -> None:
    """This year so far; a period that begins later is that day; one that ends in another year is of that year."""
    assert period_of(first, last, TODAY) == period


def test_a_period_that_ends_before_it_begins() -> None:
    with pytest.raises(ValidationFailed):
        period_of(TODAY, date(2026, 11, 21), TODAY)


def test_a_day_is_one_or_none_was_given() -> None:
    assert (day_of("to", "2026-11-22"), day_of("to", "")) == (TODAY, None)


@pytest.mark.parametrize("text", ["null", "NULL", "20261122", "2026-W47-7", "2026-11-31", "2026-11-22T00:00:00", " "])
def test_whatever_else_is_no_day(text: str) -> None:
    """The word "null" too, which decoders like to take for nothing."""
    with pytest.raises(ValidationFailed):
        day_of("to", text)
