"""Years of invoices for the named people: a small provider's monthly bills, and one of everything that can happen."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import msgspec

from counterfoil_sandbox.whmcs import books
from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.records import (
    CANCELLED,
    COLLECTIONS,
    DRAFT,
    PAID,
    PAYMENT_PENDING,
    UNPAID,
    ZERO,
    Invoice,
    Item,
    Payment,
)

from .people import ANALYTICAL, BLOCKED, CHIDIS, KING, OKAFOR, SMITH, TANAKA, TESSAS

MONTH = timedelta(days=30)

Line = tuple[str, str, str, bool]
"""Item type, description, amount, taxed."""


class Writer:
    """Writes one client's invoices in order: ids and numbers follow each other."""

    def __init__(self, ledger: Ledger, client_id: int, *, rate: str, rate2: str = "0", prefix: str = "INV") -> None:
        self._ledger = ledger
        self._client_id = client_id
        self._rates = Decimal(rate), Decimal(rate2)
        self._prefix = prefix
        self._next = client_id * 1000 + 1

    def write(
        self,
        issued: date,
        lines: tuple[Line, ...],
        status: str,
        *,
        name: str = "",
        due_in: int = 14,
        gateway: str = "stripe",
        numbered: bool = True,
        notes: str = "",
        credit: str = "0.00",
    ) -> Invoice:
        """An invoice on which nothing was paid yet; `name` makes it one that tests ask for."""
        invoice_id = self._next
        self._next += 1
        made = datetime.combine(issued, time(6, 0, invoice_id % 60))
        items = tuple(
            Item(invoice_id * 10 + at, kind, 0, text, Decimal(amount), taxed)
            for at, (kind, text, amount, taxed) in enumerate(lines)
        )
        invoice = Invoice(
            id=invoice_id,
            userid=self._client_id,
            number=f"{self._prefix}-{issued.year}-{invoice_id % 1000:04}" if numbered and status != DRAFT else "",
            date=issued,
            duedate=issued + timedelta(days=due_in),
            status=UNPAID,
            items=items,
            credit=Decimal(credit),
            taxrate=self._rates[0],
            taxrate2=self._rates[1],
            gateway=gateway,
            notes=notes,
            created_at=made,
            updated_at=made,
        )
        if status == DRAFT:
            invoice = books.with_status(invoice, DRAFT, made)
        elif status in {CANCELLED, COLLECTIONS, PAYMENT_PENDING}:
            invoice = books.with_status(invoice, status, made + timedelta(days=2))
        return self._keep(books.added_up(invoice), name)

    def paid(self, invoice: Invoice, *amounts: str, after: int = 3, name: str = "") -> Invoice:
        """Paid in these parts, or at once; Paid when nothing is left."""
        parts = [Decimal(amount) for amount in amounts] or [invoice.balance]
        for at, amount in enumerate(parts):
            when = datetime.combine(invoice.date + timedelta(days=after + at), time(14, invoice.id % 60))
            payment = Payment(
                id=invoice.id * 10 + at,
                at=when,
                gateway=invoice.gateway,
                transid=f"ch_{invoice.id:x}{at}7f3a",
                amount_in=amount,
                fees=books.cents(amount * Decimal("0.014")),
            )
            invoice = books.with_payment(invoice, payment, f"{self._prefix}-{when.year}-{invoice.id % 1000:04}")
        return self._keep(invoice, name)

    def refunded(self, invoice: Invoice) -> Invoice:
        source = invoice.payments[0]
        out = Payment(
            id=source.id + 5,
            at=source.at + timedelta(days=9),
            gateway=source.gateway,
            transid=source.transid.replace("ch_", "re_"),
            description=f"Refund of Transaction ID {source.transid}",
            amount_out=source.amount_in,
            refundid=source.id,
        )
        return self._keep(books.refunded(invoice, out), "")

    def _keep(self, invoice: Invoice, name: str) -> Invoice:
        self._ledger.seed_invoice(invoice)
        if name:
            self._ledger.notable[name] = invoice.id
        return invoice


def period(start: date) -> str:
    return f"{start.day} {start:%b} - {(start + MONTH).day} {start + MONTH:%b %Y}"


def _fibre(start: date) -> tuple[Line, ...]:
    return (
        ("Hosting", f"Fibre 1 Gbit/s, {period(start)}", "98.00", True),
        ("Hosting", f"Static IP address, {period(start)}", "14.08", True),
    )


def seed_ada(ledger: Ledger, today: date) -> None:
    """83 that she may see (4 years of fibre, and the rest), 2 drafts that she may not."""
    writer = Writer(ledger, ANALYTICAL, rate="20.000")
    for month in range(48, 0, -1):
        issued = today - MONTH * month - timedelta(days=19)
        writer.paid(writer.write(issued, _fibre(issued), PAID, credit="18.00" if month == 37 else "0.00"))
        if month % 2 == 0:
            hosting = ("Hosting", f"Web hosting S, {period(issued)}", "12.50", True)
            writer.paid(writer.write(issued + timedelta(days=4), (hosting,), PAID, gateway="gocardless"), after=6)
    _ada_rare(writer, today)
    fee = ("", "On-site visit, 2 h", "100.00", True)
    writer.paid(writer.write(today - timedelta(days=70), (fee,), PAID), "60.00", "60.00", name="ada.paid_in_parts")
    late = today - timedelta(days=19)
    writer.paid(writer.write(late, _fibre(late), UNPAID, name="ada.overdue"), "40.00", after=6)
    writer.write(today - timedelta(days=11), (fee,), UNPAID, name="ada.due_soon")
    writer.write(today, _fibre(today), DRAFT, name="ada.draft")
    writer.write(today - timedelta(days=3), (fee,), DRAFT, name="ada.draft_old")


def _ada_rare(writer: Writer, today: date) -> None:
    """One of each kind that the monthly bills do not show."""
    days = timedelta
    router = ("", "Router <XR-500> & wall mount", "15.00", True)
    writer.refunded(writer.paid(writer.write(today - days(82), (router,), PAID, name="ada.refunded")))
    writer.write(
        today - days(95), (("", "Installation (order withdrawn)", "49.00", True),), CANCELLED, name="ada.cancelled"
    )
    pending = ("Hosting", "Web hosting S, yearly supplement", "50.00", True)
    writer.write(today - days(33), (pending,), PAYMENT_PENDING, gateway="gocardless", name="ada.pending")
    writer.write(today - days(400), (("", "Call-out fee", "37.50", True),), COLLECTIONS, name="ada.collections")
    deposit = ("AddFunds", "Add Funds", "30.00", False)
    writer.paid(writer.write(today - days(500), (deposit,), PAID, name="ada.deposit"))
    first = writer.write(today - days(130), (("", "Cable, 20 m", "20.00", True),), UNPAID)
    second = writer.write(today - days(128), (("", "Patch panel", "40.00", True),), UNPAID)
    both: tuple[Line, ...] = (
        ("Invoice", f"Invoice #{first.number}", "24.00", False),
        ("Invoice", f"Invoice #{second.number}", "48.00", False),
    )
    writer.paid(writer.write(today - days(120), both, PAID, name="ada.mass_payment"))
    writer.paid(first, after=10)
    writer.paid(second, after=8)


def seed_bob(ledger: Ledger, today: date) -> None:
    """Two taxes; numbered only when paid; names and lines that need escaping."""
    writer = Writer(ledger, SMITH, rate="20.000", rate2="2.500", prefix="SMI")
    for month in range(30, 0, -1):
        issued = today - MONTH * month
        line = ("Hosting", f'Fibre 100 Mbit/s & "Static" IP <b>O\'Brien</b>, {period(issued)}', "39.00", True)
        lines = (line, ("", "Postage (not taxed)", "1.80", False))
        writer.paid(writer.write(issued, lines, PAID, numbered=False, gateway="banktransfer"), after=11)
    line = ("Hosting", f"Fibre 100 Mbit/s, {period(today)}", "39.00", True)
    writer.write(
        today - timedelta(days=40), (line,), UNPAID, numbered=False, gateway="banktransfer", name="bob.overdue"
    )
    writer.write(
        today - timedelta(days=2),
        (line,),
        UNPAID,
        numbered=False,
        gateway="banktransfer",
        notes="Please quote the invoice's number.\nThank you, Bob & all!",
        name="bob.unnumbered",
    )


def seed_yuki(ledger: Ledger, today: date) -> None:
    """JPY: no minor unit, though WHMCS sends two decimals."""
    writer = Writer(ledger, TANAKA, rate="10.000")
    for month in range(36, 0, -1):
        issued = today - MONTH * month
        line = ("Hosting", f"光ファイバー 1ギガ {issued:%Y年%m月}分", "6600.00", True)
        writer.paid(writer.write(issued, (line,), PAID))
    fibre = ("Hosting", f"光ファイバー 1ギガ {today:%Y年%m月}分", "6600.00", True)
    address = ("Hosting", "固定IPアドレス", "1100.00", True)
    writer.write(
        today - timedelta(days=9), (fibre, address), UNPAID, name="yuki.due_soon", notes="毎度ありがとうございます。"
    )
    partly = writer.write(today - timedelta(days=30), (fibre,), UNPAID, name="yuki.overdue")
    writer.paid(partly, "3000.00", after=8)


def seed_others(ledger: Ledger, today: date) -> None:
    for client_id, name in ((CHIDIS, "chidi"), (OKAFOR, "okafor"), (TESSAS, "tess"), (BLOCKED, "sam"), (KING, "king")):
        writer = Writer(ledger, client_id, rate="20.000", prefix=name[:3].upper())
        for month in range(14, 0, -1):
            issued = today - MONTH * month
            line = ("Hosting", f"Fibre 100 Mbit/s, {period(issued)}", "39.00", True)
            writer.paid(writer.write(issued, (line,), PAID))
        line = ("Hosting", f"Fibre 100 Mbit/s, {period(today)}", "39.00", True)
        writer.write(today - timedelta(days=5), (line,), UNPAID, name=f"{name}.due_soon")
        writer.write(today, (line,), DRAFT, name=f"{name}.draft")


def bulk(client_id: int, first_id: int, count: int, today: date) -> list[Invoice]:
    """Many plain ones, quickly: five a day, the newest last; of the last 600 every 20th is open, some are not paid."""
    template = books.added_up(
        Invoice(
            id=0,
            userid=client_id,
            date=today,
            duedate=today,
            status=PAID,
            items=(Item(0, "Hosting", 0, "", Decimal("12.50"), taxed=True),),
            taxrate=Decimal("19.000"),
            created_at=datetime.combine(today, time(6)),
            updated_at=datetime.combine(today, time(6)),
        )
    )
    states = (_BULK_STATES.get(left % 20, PAID) if left <= 600 else PAID for left in range(count, 0, -1))
    days = (timedelta(days=left // 5 + 1) for left in range(count, 0, -1))
    taxed = [
        (amount, books.cents(amount * template.taxrate / 100)) for amount in (template.subtotal + n for n in range(40))
    ]
    return [
        _bulk_one(template, first_id + at, today - ago, state, taxed[(first_id + at) % 40])
        for at, (ago, state) in enumerate(zip(days, states, strict=True))
    ]


def _bulk_one(template: Invoice, invoice_id: int, issued: date, state: str, sums: tuple[Decimal, Decimal]) -> Invoice:
    made = datetime.combine(issued, time(6))
    amount, tax = sums
    paid = state == PAID
    payment = Payment(id=invoice_id * 10, at=made, gateway="stripe", transid=f"ch_{invoice_id}", amount_in=amount + tax)
    item = Item(
        invoice_id * 10, "Hosting", 0, f"Branch {invoice_id % 40 + 1}: line rental, {issued:%B %Y}", amount, taxed=True
    )
    return msgspec.structs.replace(
        template,
        id=invoice_id,
        number=f"MGH-{issued.year}-{invoice_id}",
        date=issued,
        duedate=issued + timedelta(days=30),
        status=state,
        items=(item,),
        payments=(payment,) if paid else (),
        paid_at=made if paid else None,
        subtotal=amount,
        tax=tax,
        tax2=ZERO,
        created_at=made,
        updated_at=made,
    )


_BULK_STATES = {7: UNPAID, 13: CANCELLED, 17: PAYMENT_PENDING}
