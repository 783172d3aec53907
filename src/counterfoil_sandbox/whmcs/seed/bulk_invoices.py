"""Many plain invoices, quickly: for the client with ten thousand, and for the crowd."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import msgspec

from counterfoil_sandbox.whmcs import books
from counterfoil_sandbox.whmcs.records import (
    CANCELLED,
    PAID,
    PAYMENT_PENDING,
    UNPAID,
    ZERO,
    Invoice,
    Item,
    Payment,
)


def bulk_invoices(client_id: int, first_id: int, count: int, today: date) -> list[Invoice]:
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
