"""Puts the seed together: the named people first, then a crowd that makes the place look lived in."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.options import PASSWORD, Options
from counterfoil_sandbox.whmcs.records import ALL_PERMISSIONS, Client, Order, Service, User

from . import invoices
from .catalogue import EUR, GBP, seed_catalogue
from .correspondence import seed_records
from .people import ANALYTICAL, BIG, BLOCKED, CHIDIS, KING, OKAFOR, SMITH, TANAKA, TESSAS, seed_people

FIRST_BIG_INVOICE = 100_001
FIRST_OTHER_CLIENT = 101

_FIRST_NAMES = ("Amelie", "Bram", "Carmen", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Liam")
_LAST_NAMES = ("Adeyemi", "Bauer", "Castillo", "Dubois", "Eriksen", "Fischer", "Garcia", "Horvat", "Ito", "Jansen")
_TRADES = ("Bakery", "Studio", "Dental Practice", "Architects", "Logistics", "Books", "Garden Centre", "Consulting")
_TOWNS = (("Bristol", "GB", "44"), ("Utrecht", "NL", "31"), ("Lyon", "FR", "33"), ("Bilbao", "ES", "34"))


def seed(ledger: Ledger, options: Options, today: date) -> None:
    seed_catalogue(ledger)
    seed_people(ledger, today)
    invoices.seed_ada(ledger, today)
    invoices.seed_bob(ledger, today)
    invoices.seed_yuki(ledger, today)
    invoices.seed_others(ledger, today)
    for invoice in invoices.bulk(BIG, FIRST_BIG_INVOICE, options.big_client_invoices, today):
        ledger.seed_invoice(invoice)
    _services(ledger, today)
    seed_records(ledger, today)
    _crowd(ledger, options, today)


def _services(ledger: Ledger, today: date) -> None:
    plans = {ANALYTICAL: (1, 3, 4), SMITH: (2, 3), TANAKA: (1, 3), BIG: (1, 1, 4), CHIDIS: (2,), OKAFOR: (2,)}
    plans |= {TESSAS: (2,), BLOCKED: (5,), KING: (2,)}
    started = today - timedelta(days=1470)
    service_id = 0
    for client_id, product_ids in plans.items():
        ids = tuple(range(service_id + 1, service_id + 1 + len(product_ids)))
        order = Order(
            id=client_id,
            number=str(7858259000 + client_id),
            client_id=client_id,
            requestor_id=0,
            at=datetime.combine(started, time(9, 12)),
            amount=Decimal("0.00"),
            gateway="stripe",
            invoice_id=0,
            service_ids=ids,
            status="Active",
        )
        ledger.orders.seed(order.id, order)
        for product_id in product_ids:
            service_id += 1
            ledger.services.seed(service_id, _service(ledger, service_id, client_id, product_id, today))


def _service(ledger: Ledger, service_id: int, client_id: int, product_id: int, today: date) -> Service:
    client = ledger.clients.newest(client_id)
    product = ledger.products[product_id]
    currency = ledger.currencies[client.currency if client else EUR].code
    price = product.prices[currency]["monthly"]
    gone = product_id == 4 and client_id == BIG
    return Service(
        id=service_id,
        client_id=client_id,
        product_id=product_id,
        order_id=client_id,
        registered=today - timedelta(days=1470),
        domain=f"site{service_id}.example.net" if product_id == 4 else "",
        dedicated_ip=f"203.0.113.{service_id}" if product_id == 3 else "",
        amount=price,
        first_payment=price,
        next_due=None if gone else today + timedelta(days=11),
        status="Terminated" if gone else "Active",
        username=f"site{service_id}" if product_id == 4 else "",
        password=f"service-password-{service_id}",
    )


def _crowd(ledger: Ledger, options: Options, today: date) -> None:
    chance = random.Random(options.seed)  # noqa: S311 # data for show
    for at in range(options.more_clients):
        client_id = FIRST_OTHER_CLIENT + at
        first, last = chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES)
        email = f"{first}.{last}.{client_id}@example.org".lower()
        town, country, code = chance.choice(_TOWNS)
        since = today - timedelta(days=chance.randrange(100, 1400))
        ledger.clients.seed(
            client_id,
            Client(
                id=client_id,
                owner_user_id=client_id,
                firstname=first,
                lastname=last,
                companyname=f"{last} {chance.choice(_TRADES)}" if chance.random() < 0.6 else "",
                email=email,
                address1=f"{chance.randrange(1, 200)} High Street",
                city=town,
                postcode=f"{chance.randrange(10000, 99999)}",
                country=country,
                phonecc=code,
                phone=f"55501{client_id:04}",
                currency=GBP if country == "GB" else EUR,
                datecreated=since,
            ),
        )
        ledger.users.seed(
            client_id,
            User(
                id=client_id,
                firstname=first,
                lastname=last,
                email=email,
                password=PASSWORD,
                datecreated=datetime.combine(since, time(11)),
                clients={client_id: ALL_PERMISSIONS},
            ),
        )
        for invoice in invoices.bulk(client_id, 200_000 + client_id * 100, chance.randrange(3, 40), today):
            ledger.seed_invoice(invoice)
