"""Years of invoices for the named people: a small provider's monthly bills, and one of everything that can happen."""

from datetime import date, timedelta

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.records import (
    CANCELLED,
    COLLECTIONS,
    DRAFT,
    PAID,
    PAYMENT_PENDING,
    UNPAID,
)

from .invoice_writer import InvoiceWriter, Line
from .people import ANALYTICAL, BLOCKED, CHIDIS, KING, OKAFOR, SMITH, TANAKA, TESSAS

MONTH = timedelta(days=30)


def period(start: date) -> str:
    return f"{start.day} {start:%b} - {(start + MONTH).day} {start + MONTH:%b %Y}"


def _fibre(start: date) -> tuple[Line, ...]:
    return (
        ("Hosting", f"Fibre 1 Gbit/s, {period(start)}", "98.00", True),
        ("Hosting", f"Static IP address, {period(start)}", "14.08", True),
    )


def seed_ada(ledger: Ledger, today: date) -> None:
    """83 that she may see (4 years of fibre, and the rest), 2 drafts that she may not."""
    writer = InvoiceWriter(ledger, ANALYTICAL, rate="20.000")
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


def _ada_rare(writer: InvoiceWriter, today: date) -> None:
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
    writer = InvoiceWriter(ledger, SMITH, rate="20.000", rate2="2.500", prefix="SMI")
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
    writer = InvoiceWriter(ledger, TANAKA, rate="10.000")
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
        writer = InvoiceWriter(ledger, client_id, rate="20.000", prefix=name[:3].upper())
        for month in range(14, 0, -1):
            issued = today - MONTH * month
            line = ("Hosting", f"Fibre 100 Mbit/s, {period(issued)}", "39.00", True)
            writer.paid(writer.write(issued, (line,), PAID))
        line = ("Hosting", f"Fibre 100 Mbit/s, {period(today)}", "39.00", True)
        writer.write(today - timedelta(days=5), (line,), UNPAID, name=f"{name}.due_soon")
        writer.write(today, (line,), DRAFT, name=f"{name}.draft")
