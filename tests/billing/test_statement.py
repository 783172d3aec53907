"""The account of a period: what is on it, what it comes to, and whether that is what WHMCS says."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import msgspec
import pytest

from counterfoil.billing.credits import CreditItem
from counterfoil.billing.statement.account import Account, statement
from counterfoil.billing.statement.entries import Books, EntryKind
from counterfoil.billing.transactions import Kind, TransactionItem
from counterfoil.model import InvoiceRow, InvoiceStatus, Money
from tests.billing.books import row

AS_OF = datetime(2026, 11, 28, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
UNPAID, PAID, REFUNDED, CANCELLED = (
    InvoiceStatus.UNPAID,
    InvoiceStatus.PAID,
    InvoiceStatus.REFUNDED,
    InvoiceStatus.CANCELLED,
)
_ids = count(1)


def billed(id_: int, gross: str, status: InvoiceStatus = UNPAID, currency: str = "EUR", **more: object) -> InvoiceRow:
    found = row(id_, status, **({"gross": Decimal(gross)} | more))
    return msgspec.structs.replace(found, total=Money.of(gross, currency))


def paid(
    invoice_id: int | None, amount: str, on: date | None = date(2026, 11, 10), currency: str = "EUR"
) -> TransactionItem:
    kind = Kind.REFUND if Decimal(amount) < 0 else Kind.PAYMENT
    money = Money.of(amount, currency)
    return TransactionItem(next(_ids), on, kind, "stripe", "Invoice Payment", f"ch_{invoice_id}", money, invoice_id)


def credit(amount: str, description: str = "Goodwill", on: date | None = date(2026, 11, 12)) -> CreditItem:
    return CreditItem(next(_ids), on, description, Money.of(amount, "EUR"))


def account(
    *invoices: tuple[InvoiceRow, str],
    payments: tuple[TransactionItem, ...] = (),
    credits_: tuple[CreditItem, ...] = (),
    first: date = FIRST,
    last: date = LAST,
    left: str | None = None,
) -> Account:
    """Of a client who has all credit of the ledger, unless it is said how much."""
    amount = sum((entry.amount.amount for entry in credits_), Decimal(0)) if left is None else Decimal(left)
    books = Books([(row_, Decimal(due)) for row_, due in invoices], payments, credits_, Money.of(amount, "EUR"))
    return statement(books, first, last, AS_OF).accounts[0]


def shown(account_: Account) -> list[tuple[str, str, str]]:
    return [(line.kind.value, str(line.amount.amount), str(line.balance.amount)) for line in account_.lines]


def test_opening_invoices_payments_and_closing() -> None:
    """What came before the period is in the opening balance, what came after it is in neither."""
    found = account(
        (billed(1, "100.00", PAID, issued_on=date(2025, 12, 1)), "0"),
        (billed(2, "50.00", issued_on=date(2025, 12, 20)), "30.00"),
        (billed(3, "20.00", issued_on=date(2026, 5, 1)), "20.00"),
        (billed(4, "7.00", issued_on=date(2027, 1, 1)), "7.00"),
        payments=(paid(1, "100.00", date(2025, 12, 9)), paid(2, "20.00", date(2026, 2, 1))),
    )
    assert (found.opening.amount, found.closing.amount) == (Decimal("50.00"), Decimal("50.00"))
    assert (found.invoiced.amount, found.paid.amount) == (Decimal("20.00"), Decimal("-20.00"))
    assert shown(found) == [("payment", "-20.00", "30.00"), ("invoice", "20.00", "50.00")]
    assert (found.owed_today.amount, found.is_reconciled) == (Decimal("57.00"), True)


def test_credit_given_and_credit_used() -> None:
    """Credit given lowers what is owed; using it for an invoice changes nothing in sum."""
    found = account(
        (billed(1, "100.00", PAID, credit_used=Decimal("18.00")), "0"),
        payments=(paid(1, "82.00"),),
        credits_=(credit("30.00"), credit("-18.00", "Credit Applied to Invoice #1")),
    )
    assert shown(found) == [
        ("invoice", "100.00", "100.00"),
        ("payment", "-82.00", "18.00"),
        ("credit", "-30.00", "-12.00"),
    ]
    assert (found.closing.amount, found.is_reconciled) == (Decimal("-12.00"), True)


def test_paid_too_much_becomes_credit() -> None:
    """WHMCS adds what was paid too much to the credit and says so in its ledger."""
    found = account(
        (billed(1, "100.00", PAID), "0"),
        payments=(paid(1, "120.00"),),
        credits_=(credit("20.00", "Invoice #1 Overpayment"),),
    )
    assert shown(found) == [("invoice", "100.00", "100.00"), ("payment", "-120.00", "-20.00")]
    assert found.is_reconciled


def test_a_deposit() -> None:
    """Money in, an invoice over it, and credit."""
    found = account(
        (billed(1, "30.00", PAID), "0"),
        payments=(paid(1, "30.00"),),
        credits_=(credit("30.00", "Add Funds Invoice #1"),),
    )
    assert (found.closing.amount, found.is_reconciled) == (Decimal("-30.00"), True)


def test_money_without_an_invoice_that_became_credit_counts_once() -> None:
    found = account(payments=(paid(None, "50.00"),), credits_=(credit("50.00", "Paid in", date(2026, 11, 10)),))
    assert shown(found) == [("payment", "-50.00", "-50.00")]
    assert found.is_reconciled


@pytest.mark.parametrize("status", [CANCELLED, REFUNDED])
def test_what_is_cancelled_or_refunded_is_not_owed(status: InvoiceStatus) -> None:
    """It stays on the statement, with the day on which it was taken back."""
    money = (paid(1, "60.00"), paid(1, "-60.00", date(2026, 11, 20))) if status is REFUNDED else ()
    found = account((billed(1, "60.00", status, closed_on=date(2026, 11, 21)), "0"), payments=money)
    assert found.lines[-1].kind is EntryKind.CANCELLED
    assert (found.lines[-1].date, found.closing.amount) == (date(2026, 11, 21), Decimal("0.00"))
    assert found.is_reconciled


def test_a_part_refunded_is_not_owed_again() -> None:
    """The invoice stays Paid: what was given back is not asked for again."""
    found = account((billed(1, "90.00", PAID), "0"), payments=(paid(1, "90.00"), paid(1, "-20.00")))
    assert [line.kind.value for line in found.lines] == ["invoice", "payment", "refund", "adjustment"]
    assert (found.refunded.amount, found.adjusted.amount) == (Decimal("20.00"), Decimal("-20.00"))
    assert (found.closing.amount, found.is_reconciled) == (Decimal("0.00"), True)


def test_says_by_how_much_it_does_not_reconcile() -> None:
    """A balance, a payment or credit that WHMCS's own parts do not explain is no cent hidden."""
    of_balance = account((billed(1, "100.00"), "99.99"))
    assert (of_balance.difference.amount, of_balance.is_reconciled) == (Decimal("0.01"), False)
    of_payment = account((billed(1, "100.00"), "100.00"), payments=(paid(77, "5.00"),))
    assert (of_payment.difference.amount, of_payment.is_reconciled) == (Decimal("-5.00"), False)
    of_credit = account(credits_=(credit("3.00"),), left="4.00")
    assert (of_credit.difference.amount, of_credit.is_reconciled) == (Decimal("1.00"), False)


def test_currencies_are_never_added() -> None:
    """Each has an account of its own; credit belongs to the client's."""
    books = Books(
        [
            (billed(1, "100.00"), Decimal("100.00")),
            (billed(2, "5000", currency="JPY"), Decimal(4000)),
            (billed(3, "1.125", currency="BHD"), Decimal("1.125")),
        ],
        [paid(2, "1000", currency="JPY")],
        [credit("10.00")],
        Money.of("10.00", "EUR"),
    )
    accounts = statement(books, FIRST, LAST, AS_OF).accounts
    assert [(each.currency, str(each.closing.amount), each.is_reconciled) for each in accounts] == [
        ("EUR", "90.00", True),
        ("JPY", "4000", True),
        ("BHD", "1.125", True),
    ]


def test_strange_amounts_stay_exact() -> None:
    """Nothing, less than nothing, and 10^12 and a cent."""
    found = account(
        (billed(1, "0.00"), "0.00"),
        (billed(2, "-15.00", PAID), "0"),
        (billed(3, "1000000000000.01"), "1000000000000.01"),
    )
    assert (str(found.closing.amount), found.is_reconciled) == ("1000000000000.01", True)


def test_without_a_date_counts_as_before_everything() -> None:
    found = account((billed(1, "10.00", issued_on=None), "10.00"))
    assert (found.opening.amount, found.lines) == (Decimal("10.00"), ())


def test_nothing_at_all() -> None:
    """A new client's account is empty, and that is what WHMCS says as well."""
    found = account()
    assert (found.currency, str(found.closing.amount), found.is_reconciled, found.lines) == ("EUR", "0.00", True, ())
