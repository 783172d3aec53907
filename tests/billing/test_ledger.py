"""The true amount due, from each open invoice's own balance, and what is not shown at all."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from counterfoil.billing.invoices.cached_rows import decode_rows, decode_some_rows, encode_rows, most_rows
from counterfoil.billing.invoices.ledger import Difference, Doubts, Ledger
from counterfoil.billing.invoices.query import InvoiceQuery, StatusFilter
from counterfoil.billing.invoices.shown import InvoiceItem, detail_of
from counterfoil.model import Client, Invoice, InvoiceRow, InvoiceStatus, Money
from tests.billing.books import TODAY, invoice, row

NOW = datetime(2026, 11, 23, tzinfo=UTC)
UNPAID, PAID = InvoiceStatus.UNPAID, InvoiceStatus.PAID


def items(ledger: Ledger, **query: object) -> tuple[InvoiceItem, ...]:
    return ledger.page(InvoiceQuery(**query), NOW).items


def test_amount_due_is_the_invoices_own_balance() -> None:
    """A partly paid invoice shows its full total in WHMCS's list: what is due is its balance."""
    (item,) = items(Ledger((row(1),), {1: invoice(1, "60.00", paid="40.00")}, TODAY))
    assert (item.total, item.amount_due) == (Money.of("100", "EUR"), Money.of("60", "EUR"))
    assert item.is_partially_paid
    assert item.is_payable


def test_nothing_is_due_on_closed_invoices() -> None:
    """WHMCS may keep a balance on a cancelled invoice: nobody owes it."""
    (item,) = items(Ledger((row(1, InvoiceStatus.CANCELLED),), {}, TODAY))
    assert item.amount_due == Money.of("0", "EUR")
    assert not item.is_payable


def test_payment_pending_and_collections_are_not_payable() -> None:
    """They show what is owed, without a Pay button."""
    for status in (InvoiceStatus.PAYMENT_PENDING, InvoiceStatus.COLLECTIONS):
        (item,) = items(Ledger((row(1, status),), {1: invoice(1, status=status)}, TODAY))
        assert item.amount_due.amount == Decimal(100)
        assert not item.is_payable


def test_only_the_open_invoices_of_the_page_are_needed() -> None:
    """A page costs one balance for each open invoice on it, however many others there are."""
    rows = tuple(row(id_, UNPAID if id_ % 2 else PAID) for id_ in range(1, 101))
    needed = Ledger(rows, {}, TODAY).needed_for(InvoiceQuery(page_size=10))
    assert needed == {99, 97, 95, 93, 91}


def test_partially_paid_looks_at_every_open_invoice() -> None:
    """Only the balances tell which are partly paid."""
    rows = (row(1), row(2), row(3, PAID))
    query = InvoiceQuery(status=StatusFilter.PARTIALLY_PAID, page_size=1)
    assert Ledger(rows, {}, TODAY).needed_for(query) == {1, 2}
    known = Ledger(rows, {1: invoice(1, "60", paid="40"), 2: invoice(2)}, TODAY)
    page = known.page(query, NOW)
    assert ([item.id for item in page.items], page.total) == ([1], 1)


@given(
    kinds=st.lists(st.sampled_from(["Hosting", "Invoice", "AddFunds", "paid"]), max_size=30),
    page_size=st.integers(1, 12),
    open_limit=st.integers(0, 20),
)
def test_pages_are_the_list_cut_into_pieces(kinds: list[str], page_size: int, open_limit: int) -> None:
    """Whatever is hidden: no invoice on two pages, none on none, one total, though each page knows its own only."""
    rows = tuple(row(id_, PAID if kind == "paid" else UNPAID) for id_, kind in enumerate(kinds, 1))
    whmcs = {id_: invoice(id_, kind=kind) for id_, kind in enumerate(kinds, 1) if kind != "paid"}
    seen, totals = [], set()
    for number in range(1, len(kinds) + 2):
        query = InvoiceQuery(page=number, page_size=page_size)
        needed = Ledger(rows, {}, TODAY, open_limit=open_limit).needed_for(query)
        page = Ledger(rows, {id_: whmcs[id_] for id_ in needed}, TODAY, open_limit=open_limit).page(query, NOW)
        seen += [item.id for item in page.items]
        totals.add(page.total)
    assert sorted(seen) == [id_ for id_, kind in enumerate(kinds, 1) if kind in {"Hosting", "paid"}]
    assert len(totals) == 1


def test_a_settled_mass_payment_is_the_record_of_a_payment() -> None:
    """WHMCS lists it too; nothing is due on it."""
    rows = (row(1, PAID),)
    assert len(items(Ledger(rows, {1: invoice(1, "0", status=PAID, kind="Invoice")}, TODAY))) == 1


@pytest.mark.parametrize(("kind", "said"), [("Invoice", "invoices"), ("AddFunds", "deposit"), ("Hosting", None)])
def test_a_settled_one_says_what_it_is(kind: str, said: str | None) -> None:
    settled = invoice(1, "0", status=PAID, kind=kind)
    assert detail_of(settled, "EUR", TODAY, NOW).stands_for == said
    mixed = msgspec.structs.replace(settled, lines=(*settled.lines, *invoice(2).lines))
    assert detail_of(mixed, "EUR", TODAY, NOW).stands_for is None
    assert detail_of(msgspec.structs.replace(settled, lines=()), "EUR", TODAY, NOW).stands_for is None


def test_mass_payments_and_deposits_are_neither_shown_nor_counted() -> None:
    """They stand for other invoices or for no debt: counting them would ask for the money twice."""
    rows = (row(1), row(2), row(3))
    known = {1: invoice(1), 2: invoice(2, kind="Invoice"), 3: invoice(3, kind="AddFunds")}
    ledger = Ledger(rows, known, TODAY)
    assert [item.id for item in items(ledger)] == [1]
    assert ledger.page(InvoiceQuery(), NOW).total == 1
    (totals,) = ledger.totals(client("0", "EUR"))
    assert totals.open.to_pay == Money.of("100", "EUR")


def test_figures_keep_currencies_apart_and_credit_with_its_own() -> None:
    """Amounts of different currencies are never added."""
    yen = Money.of("3000", "JPY")
    rows = (row(1), msgspec.structs.replace(row(2), total=yen, due_on=date(2026, 12, 1)))
    known = {1: invoice(1, "60.00"), 2: invoice(2, "3000")}
    euro, japan = Ledger(rows, known, TODAY).totals(client("12", "EUR"))
    assert (euro.open.to_pay, euro.overdue, euro.open.credit) == (
        Money.of("60", "EUR"),
        Money.of("60", "EUR"),
        Money.of("12", "EUR"),
    )
    assert (japan.open.to_pay, japan.overdue.amount, japan.open.credit.amount) == (yen, 0, 0)
    assert (euro.next_due_on, japan.next_due_on) == (None, date(2026, 12, 1))


def test_a_client_who_owes_nothing_still_has_figures() -> None:
    """Zero is said in the client's own currency, and only when WHMCS said so."""
    (totals,) = Ledger((row(1, PAID),), {}, TODAY).totals(client("0", "JPY"))
    assert (totals.open.to_pay, totals.unpaid_count) == (Money.of("0", "JPY"), 0)


def differences(rows: tuple[InvoiceRow, ...], invoices: dict[int, Invoice | None]) -> frozenset[Difference]:
    return Ledger(rows, invoices, TODAY).differences()


def test_a_list_and_an_invoice_of_different_moments_contradict() -> None:
    """Paid here and Unpaid there, gone here and listed there: the portal must read again."""
    assert not differences((row(1),), {1: invoice(1)})
    for rows, found in [((row(1, PAID),), invoice(1)), ((row(1),), None), ((), invoice(1))]:
        (difference,) = differences(rows, {1: found})
        assert difference.is_grave
    assert not differences((), {1: None})


def test_another_total_or_due_date_is_a_contradiction_too() -> None:
    """Also with an invoice that the list itself does not need."""
    (by_total,) = differences((row(1, total="150.00"),), {1: invoice(1)})
    (by_date,) = Ledger((row(1),), {}, TODAY).differences({1: invoice(1, due_on=TODAY)})
    assert not by_total.is_grave
    assert not by_date.is_grave


def test_what_whmcs_insists_on_is_how_it_is() -> None:
    """Read again twice, a difference in what is no status is believed, and not doubted any more."""
    doubts = Doubts()
    odd = differences((row(1, total="150.00"),), {1: invoice(1)})
    assert [doubts.are_justified(odd, tries) for tries in range(4)] == [True, True, False, False]
    assert not doubts.are_justified(odd, 0)
    grave = differences((row(1, PAID),), {1: invoice(1)})
    assert all(doubts.are_justified(grave, tries) for tries in range(9))


@given(
    ids=st.lists(st.integers(1, 10**9), unique=True, max_size=8),
    notes=st.text(alphabet='ab{}[],:"\\\n 1id', max_size=30),
    asked=st.integers(1, 10**9),
)
def test_one_row_is_found_in_a_kept_list(ids: list[int], notes: str, asked: int) -> None:
    """Without decoding the others, whatever stands in their texts."""
    rows = tuple(msgspec.structs.replace(row(id_), notes=notes + '},{"id":7,') for id_ in ids)
    kept = encode_rows(rows)
    assert decode_rows(kept) == rows
    assert most_rows(kept) >= len(rows), "whoever has many is not worked on apart"
    for id_ in [*ids, asked, 7]:
        assert decode_some_rows(kept, [id_]) == tuple(each for each in rows if each.id == id_)


def client(credit: str, currency: str) -> Client:
    texts = dict.fromkeys((each.name for each in fields(Client) if each.type is str), "")
    money = Money.of(credit, currency)
    return Client(**texts | {"id": 7, "owner_user_id": None, "currency": currency, "credit": money})
