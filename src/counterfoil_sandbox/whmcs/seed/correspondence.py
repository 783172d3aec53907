"""What the named clients have beside invoices: services in every state and cycle, quotes, contacts, credit."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.records import Contact, CreditEntry, Quote, QuoteLine, Service

from .people import ANALYTICAL, BIG, CHIDIS, SMITH, TANAKA

_FIRST = 101
"""The number of the first service here: those before it came with the orders."""

_days = timedelta

# client id, product id, status, cycle, amount, first payment, days to the next payment, quantity, domain
_SERVICES: tuple[tuple[int, int, str, str, str, str, int | None, int, str], ...] = (
    (SMITH, 4, "Active", "Annually", "135.00", "135.00", 3, 1, "smith-and-sons.example"),
    (SMITH, 3, "Active", "Monthly", "42.24", "42.24", 1, 3, ""),
    (SMITH, 4, "Suspended", "Quarterly", "37.50", "37.50", -9, 1, "old-mews.example"),
    (SMITH, 2, "Completed", "One Time", "0.00", "49.00", None, 1, ""),
    (SMITH, 4, "Active", "Free Account", "0.00", "0.00", None, 1, "free & easy.example"),
    (CHIDIS, 4, "Pending", "Semi-Annually", "70.00", "75.00", 182, 1, "ethics.example"),
    (CHIDIS, 4, "Cancelled", "Monthly", "12.50", "12.50", -40, 1, "afterlife.example"),
    (CHIDIS, 5, "Fraud", "Monthly", "24.90", "24.90", -300, 1, ""),
    (TANAKA, 4, "Active", "Biennially", "48000.00", "48000.00", 3, 1, "tanaka.example.jp"),
    (TANAKA, 4, "Terminated", "Triennially", "66000.00", "66000.00", -120, 1, "shop.tanaka.example.jp"),
)


def seed_correspondence(ledger: Ledger, today: date) -> None:
    for place, row in enumerate(_SERVICES):
        service = _service(_FIRST + place, row, today)
        ledger.services.seed(service.id, service)
    for quote in (*_analytical_quotes(today), *_other_quotes(today)):
        ledger.quotes.seed(quote.id, quote)
    for contact in _CONTACTS:
        ledger.contacts.seed(contact.id, contact)
    _credit(ledger, today)


def _service(number: int, row: tuple[int, int, str, str, str, str, int | None, int, str], today: date) -> Service:
    client_id, product_id, status, cycle, amount, first, due_in, quantity, domain = row
    return Service(
        id=number,
        client_id=client_id,
        product_id=product_id,
        order_id=client_id,
        registered=today - _days(days=700 - number),
        domain=domain,
        amount=Decimal(amount),
        first_payment=Decimal(first),
        cycle=cycle,
        next_due=None if due_in is None else today + _days(days=due_in),
        status=status,
        gateway="banktransfer" if client_id == SMITH else "stripe",
        quantity=quantity,
        username=f"user{number}",
        password=f"service-password-{number}",
        dedicated_ip=f"198.51.100.{number}",
    )


_FIBRE = QuoteLine(1, "Second fibre line, diverse route", "1", Decimal("180.00"), taxed=True)
_ROUTERS = QuoteLine(2, "Router <XR-500> & rack kit", "4", Decimal("150.00"), Decimal("2.50"), taxed=True)
_YEN = QuoteLine(3, "光ファイバー 10ギガ 導入工事", "2", Decimal("35000.00"), taxed=True)


def _analytical_quotes(today: date) -> tuple[Quote, ...]:
    return (
        Quote(
            id=1,
            client_id=ANALYTICAL,
            subject="Backup line for St James's Square",
            created=today - _days(days=4),
            valid_until=today + _days(days=26),
            tax=Decimal("153.00"),
            proposal="A second line on another route,\nso that one digger cannot stop you.",
            customer_notes="Installation takes two weeks.",
            admin_notes="staff-note: margin 40 %, go down to 150 if she hesitates",
            lines=(_FIBRE, _ROUTERS),
        ),
        Quote(
            id=2,
            client_id=ANALYTICAL,
            subject="Static addresses",
            stage="Accepted",
            created=today - _days(days=300),
            valid_until=today - _days(days=270),
            accepted=today - _days(days=290),
            lines=(QuoteLine(4, "Static IP address", "1", Decimal("14.08")),),
        ),
        Quote(
            id=3,
            client_id=ANALYTICAL,
            subject="Not ready to be seen",
            stage="Draft",
            created=today,
            valid_until=today + _days(days=30),
            lines=(_FIBRE,),
        ),
    )


def _other_quotes(today: date) -> tuple[Quote, ...]:
    return (
        Quote(
            id=4,
            client_id=SMITH,
            subject="",
            created=today - _days(days=60),
            valid_until=today - _days(days=30),
            lines=(_ROUTERS,),
        ),
        Quote(
            id=5,
            client_id=TANAKA,
            subject="10ギガへのお乗り換え",
            created=today - _days(days=2),
            valid_until=today + _days(days=12),
            tax=Decimal("7000.00"),
            lines=(_YEN,),
        ),
        Quote(
            id=6,
            client_id=CHIDIS,
            subject="Moving house",
            stage="Lost",
            created=today - _days(days=90),
            valid_until=today - _days(days=60),
        ),
    )


_CONTACTS = (
    Contact(
        id=1,
        client_id=ANALYTICAL,
        firstname="Charles",
        lastname="Babbage",
        email="accounts@example.com",
        address1="1 Dorset Street",
        city="London",
        postcode="W1U 4EG",
        phone="+44 20 7946 0321",
        emails=("general", "invoice"),
    ),
    Contact(id=2, client_id=SMITH, firstname="Mary", lastname="O'Brien & Co", email="mary@example.com"),
    Contact(
        id=3,
        client_id=TANAKA,
        firstname="健",
        lastname="佐藤",
        email="sato@example.com",
        address1="丸の内1-9-1",
        city="千代田区",
        state="東京都",
        postcode="100-0005",
        country="JP",
        emails=("invoice", "support"),
    ),
)


def _credit(ledger: Ledger, today: date) -> None:
    given = {
        CHIDIS: (CreditEntry(11, today - _days(days=50), "Refer a friend: thank you!", Decimal("25.00")),),
        TANAKA: (
            CreditEntry(12, today - _days(days=80), "障害のお詫び", Decimal("3000.00")),
            CreditEntry(13, today - _days(days=75), "Credit Applied to Invoice #5034", Decimal("-3000.00")),
        ),
        BIG: (CreditEntry(14, today - _days(days=20), "Overpayment", Decimal("0.01")),),
    }
    for client_id, entries in given.items():
        client = ledger.clients.newest(client_id)
        if client is not None:
            ledger.clients.seed(client_id, msgspec.structs.replace(client, credits=entries))
