"""All that is read and written of a client's billing, put together from WHMCS and the cache."""

import time
from functools import partial

from counterfoil.billing.autopay import Autopay
from counterfoil.billing.client_reader import ClientReader
from counterfoil.billing.clients import Clients
from counterfoil.billing.comparison import Comparisons
from counterfoil.billing.contacts import Contacts
from counterfoil.billing.credits import Credits
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.hand_offs.links import SsoLinks
from counterfoil.billing.hand_offs.payments import HandOffs
from counterfoil.billing.hand_offs.self_service import SelfService
from counterfoil.billing.invoices.batcher import InvoiceBatcher
from counterfoil.billing.invoices.ledger_reader import LedgerReader
from counterfoil.billing.invoices.owners import InvoiceOwners
from counterfoil.billing.invoices.parts import InvoiceParts
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.orders import BillingOrders
from counterfoil.billing.payment_methods import PaymentMethods
from counterfoil.billing.products import Products
from counterfoil.billing.profile.edits import Profiles
from counterfoil.billing.quotes import Quotes
from counterfoil.billing.reading import Calendar
from counterfoil.billing.statement.reads import Statements
from counterfoil.billing.subscriptions import Subscriptions
from counterfoil.billing.summary import Summaries
from counterfoil.billing.transactions import Transactions
from counterfoil.billing.whmcs_health import health_of
from counterfoil.cache import Cache
from counterfoil.settings import Settings
from counterfoil.whmcs.face import Whmcs


class Billing:
    """The addon in WHMCS is asked where it is there, and can do something better."""

    def __init__(self, whmcs: Whmcs, cache: Cache, settings: Settings) -> None:
        api, lifetimes, timeout = whmcs.api, Lifetimes.of(settings), settings.whmcs_timeout_seconds
        self.calendar = Calendar(settings.whmcs_timezone, time.time)
        self.clients = Clients(api, cache, lifetimes, timeout)
        self.gateways = Gateways(api, cache, lifetimes, timeout)
        self.products = Products(whmcs.orders, cache, lifetimes, settings.order_products, timeout)
        self.orders = BillingOrders(whmcs.orders, cache, whmcs.addon)
        self.profiles = Profiles(api, cache, self.clients)
        self.payment_methods = PaymentMethods(
            api, cache, lifetimes, self.calendar, clients=self.clients, gateways=self.gateways, timeout=timeout
        )
        parts = InvoiceParts(api, InvoiceBatcher(api, whmcs.addon).invoice, self.clients.require_open, lifetimes)
        self.whmcs_health = partial(health_of, whmcs.health)
        self.comparisons = Comparisons(cache, self.clients, parts)
        ledgers = LedgerReader(cache, parts, self.calendar, timeout)
        self.invoices = Invoices(ledgers, self.clients, self.calendar)
        self.autopay = Autopay(
            self.invoices,
            self.clients,
            self.calendar,
            payment_methods=self.payment_methods,
            gateways=self.gateways,
            days_before_due=settings.autopay_days_before_due,
        )
        self.invoice_owners = InvoiceOwners(api.get_invoice)
        links = SsoLinks(api, cache, settings.pages_url)
        self.hand_offs = HandOffs(links, self.invoices, self.clients)
        reader = ClientReader(cache, lifetimes, self.clients, timeout)
        self.subscriptions = Subscriptions(api, reader, self.calendar)
        self.transactions = Transactions(whmcs.records, reader)
        self.credits = Credits(whmcs.records, reader)
        self.quotes = Quotes(whmcs.records, reader, self.calendar)
        self.contacts = Contacts(whmcs.records, reader)
        self.self_service = SelfService(links, self.clients, self.subscriptions, self.quotes)
        self.statements = Statements(ledgers, self.clients, self.transactions, self.credits, self.calendar)
        self.summaries = Summaries(
            ledgers,
            self.clients,
            self.calendar,
            gateways=self.gateways,
            payment_methods=self.payment_methods,
            subscriptions=self.subscriptions,
        )
