"""The rows of an invoice's sums: each figure is what the rows above it come to, whatever WHMCS says."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.billing.invoices.shown import InvoiceDetail, detail_of
from counterfoil.billing.invoices.sums import FIGURES, SumKind, SumRow, received, sums_of
from counterfoil.billing.quotes import QuoteItem, QuoteLineItem
from counterfoil.billing.quotes import sums_of as sums_of_quote
from counterfoil.model import InvoiceLine, InvoiceStatus, Money, Payment, QuoteStatus, Tax
from tests.billing.books import TODAY, invoice

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAID, REFUNDED, CANCELLED = InvoiceStatus.PAID, InvoiceStatus.REFUNDED, InvoiceStatus.CANCELLED
VAT = (Tax(Decimal(20), Decimal("20.00")),)


def billed(balance: str = "0.00", *moved: str, **changes: object) -> InvoiceDetail:
    """100.00 and 20.00 of tax, with these payments and refunds."""
    payments = tuple(Payment(date(2026, 11, 9), "stripe", "ch_1", Decimal(each)) for each in moved)
    given_ = {"taxes": VAT, "total": Decimal("120.00"), "payments": payments, "status": PAID, **changes}
    return detail_of(invoice(1, balance, **given_), "EUR", TODAY, NOW)


def told(detail: InvoiceDetail) -> list[tuple[str, str]]:
    return [(row.kind.value, str(row.amount.amount)) for row in sums_of(detail)]


def line(amount: str) -> InvoiceLine:
    return InvoiceLine("Fibre", Decimal(amount), taxed=True, kind="Hosting")


def test_paid_and_partly_given_back() -> None:
    """120 paid, 40 refunded: nothing is due, and that is said in a row of its own."""
    detail = billed("40.00", "120.00", "-40.00")
    assert told(detail)[3:] == [("payment", "-120.00"), ("refund", "40.00"), ("not_asked", "-40.00"), ("due", "0.00")]
    came = received(detail)
    assert (str(came.in_all.amount), str(came.refunded.amount)) == ("120.00", "40.00")


def test_paid_too_much() -> None:
    """150 paid of 120: 30 are named."""
    detail = billed("-30.00", "150.00")
    assert told(detail)[3:] == [("payment", "-150.00"), ("excess", "30.00"), ("due", "0.00")]
    came = received(detail)
    assert (str(came.in_all.amount), str(came.excess.amount)) == ("150.00", "30.00")


def test_paid_by_credit() -> None:
    """In both meanings of WHMCS's total, 120 came in."""
    credit = {"credit": Decimal("120.00")}
    before, after = billed(total=Decimal("0.00"), **credit), billed(**credit)
    assert told(before)[2:] == [("credit", "-120.00"), ("total", "0.00"), ("due", "0.00")]
    assert told(after)[2:] == [("total", "120.00"), ("credit", "-120.00"), ("due", "0.00")]
    for detail in (before, after):
        assert str(received(detail).in_all.amount) == str(received(detail).by_credit.amount) == "120.00"


def test_marked_as_paid_although_nothing_came() -> None:
    """Nobody says that it was received."""
    detail = billed("120.00")
    assert told(detail)[2:] == [("total", "120.00"), ("not_asked", "-120.00"), ("due", "0.00")]
    assert received(detail).in_all.amount == 0


def test_lines_with_the_taxes_in_them() -> None:
    """They come to 120 beside a subtotal of 100: what lies between is named."""
    detail = billed("0.00", "120.00", lines=(line("90.00"), line("30.00")))
    assert told(detail)[:3] == [("lines", "120.00"), ("taxes_in_lines", "-20.00"), ("subtotal", "100.00")]
    plain = billed("0.00", "120.00", lines=(line("100.00"),))
    assert told(plain)[0] == ("subtotal", "100.00")
    unread = InvoiceLine("?", None, taxed=True, kind="", unreadable=("amount",))
    assert told(billed(lines=(line("90.00"), unread)))[0] == ("subtotal", "100.00")


def test_nothing_has_no_sign() -> None:
    assert told(billed("-0.00", "120.00", credit=Decimal("-0.00")))[-1] == ("due", "0.00")


def quoted(*lines: tuple[str, str, str], subtotal: str, tax: str = "20.00") -> list[tuple[str, str]]:
    """Quantity, price and discount of each."""
    items = tuple(
        QuoteLineItem("Kit", Decimal(n), Money.of(price, "EUR"), Decimal(off), taxed=True) for n, price, off in lines
    )
    sums = [Money.of(each, "EUR") for each in (subtotal, tax, str(Decimal(subtotal) + Decimal(tax)))]
    quote = QuoteItem(
        id=1,
        subject="",
        status=QuoteStatus.DELIVERED,
        is_expired=False,
        issued_on=None,
        valid_until=None,
        accepted_on=None,
        subtotal=sums[0],
        taxes=(sums[1],),
        total=sums[2],
        proposal="",
        notes="",
        lines=items,
    )
    return [(row.kind.value, str(row.amount.amount)) for row in sums_of_quote(quote)]


def test_a_quote_adds_up_too() -> None:
    """Discounts are in the lines, and so may be the taxes."""
    rest = [("subtotal", "100.00"), ("tax", "20.00"), ("total", "120.00")]
    assert quoted(("2", "40.00", "0"), ("1", "25.00", "20"), subtotal="100.00") == rest
    in_lines = [("lines", "120.00"), ("taxes_in_lines", "-20.00")]
    assert quoted(("3", "40.00", "0"), subtotal="100.00") == [*in_lines, *rest]


amounts = st.decimals(min_value=-500, max_value=500, places=2)


@given(
    amounts,
    st.lists(amounts, max_size=3),
    st.lists(amounts, max_size=3),
    st.sampled_from([status for status in InvoiceStatus if status != "draft"]),
    st.tuples(amounts, amounts, amounts),
)
def test_rows_add_up(
    balance: Decimal, lines: list[Decimal], moved: list[Decimal], status: InvoiceStatus, sums: tuple[Decimal, ...]
) -> None:
    """Also where WHMCS's own figures do not: the difference has a row."""
    subtotal, total, credit = sums
    detail = billed(
        str(balance),
        *map(str, moved),
        status=status,
        subtotal=subtotal,
        total=total,
        credit=credit,
        lines=tuple(line(str(each)) for each in lines),
    )
    check(sums_of(detail), detail)


def check(rows: tuple[SumRow, ...], detail: InvoiceDetail) -> None:
    running = Decimal(0)
    for place, row in enumerate(rows):
        if row.kind in FIGURES:
            assert row.amount.amount == running or not place, (row, rows)
            running = row.amount.amount
        else:
            running += row.amount.amount
    shown = [str(row.amount.amount) for row in rows if row.kind in FIGURES]
    assert shown == [str(each.amount) for each in (detail.subtotal, detail.total, detail.amount_due)]
    assert all(row.amount.amount for row in rows if row.kind in {SumKind.NOT_ASKED, SumKind.EXCESS})
