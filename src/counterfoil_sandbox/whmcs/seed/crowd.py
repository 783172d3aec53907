"""A crowd of customers that makes the place look lived in."""

import random
from datetime import date, datetime, time, timedelta

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.options import PASSWORD, Options
from counterfoil_sandbox.whmcs.records import ALL_PERMISSIONS, Client, User

from .bulk_invoices import bulk_invoices
from .catalogue import EUR, GBP

FIRST_OTHER_CLIENT = 101

_FIRST_NAMES = ("Amelie", "Bram", "Carmen", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Keiko", "Liam")
_LAST_NAMES = ("Adeyemi", "Bauer", "Castillo", "Dubois", "Eriksen", "Fischer", "Garcia", "Horvat", "Ito", "Jansen")
_TRADES = ("Bakery", "Studio", "Dental Practice", "Architects", "Logistics", "Books", "Garden Centre", "Consulting")
_TOWNS = (("Bristol", "GB", "44"), ("Utrecht", "NL", "31"), ("Lyon", "FR", "33"), ("Bilbao", "ES", "34"))


def seed_crowd(ledger: Ledger, options: Options, today: date) -> None:
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
        for invoice in bulk_invoices(client_id, 200_000 + client_id * 100, chance.randrange(3, 40), today):
            ledger.seed_invoice(invoice)
