"""The demo's data: an internet provider, its customers and some years of invoices, the same for one (seed, today)."""

from datetime import date

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.options import Options

from .bulk_invoices import bulk_invoices
from .catalogue import seed_catalogue
from .correspondence import seed_correspondence
from .crowd import seed_crowd
from .invoices import seed_ada, seed_bob, seed_others, seed_yuki
from .orders import seed_orders
from .people import BIG, seed_people

FIRST_BIG_INVOICE = 100_001


def seed(ledger: Ledger, options: Options, today: date) -> None:
    """The named people first, then a crowd that makes the place look lived in."""
    seed_catalogue(ledger)
    seed_people(ledger, today)
    seed_ada(ledger, today)
    seed_bob(ledger, today)
    seed_yuki(ledger, today)
    seed_others(ledger, today)
    for invoice in bulk_invoices(BIG, FIRST_BIG_INVOICE, options.big_client_invoices, today):
        ledger.seed_invoice(invoice)
    seed_orders(ledger, today)
    seed_correspondence(ledger, today)
    seed_crowd(ledger, options, today)
