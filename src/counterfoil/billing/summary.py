"""What a client owes and has, in short: for the home page and for programs. All parts or none, of one generation."""

import asyncio
from datetime import date, datetime

from msgspec import Struct

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.invoices.ledger import Ledger
from counterfoil.billing.invoices.ledger_reader import NO_PAGE, LedgerReader
from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.billing.invoices.reads import EXPORT_LIMIT, Overview, overview_of
from counterfoil.billing.invoices.shown import InvoiceTotals
from counterfoil.billing.lifetimes import NOT_FOUND_LIFETIME
from counterfoil.billing.payment_methods import PaymentMethods, SavedMethod, decode_methods, shown_methods
from counterfoil.billing.reading import Calendar, Reading, apart, moment, readable, reading_of
from counterfoil.billing.spending import Spending, spending
from counterfoil.billing.subscriptions import SubscriptionItem, Subscriptions, decode_subscriptions
from counterfoil.cache import Snapshot
from counterfoil.errors import RecordUnreadable, TooManyOpenInvoices
from counterfoil.model import Gateway, Money

ROWS = 5
"""Of the invoices to pay and of the subscriptions: the first ones, the rest have their own pages."""


class Summary(Struct, frozen=True):
    """Field names are the API's (docs/openapi.json). One amount for each currency, the client's own first."""

    balance_due: tuple[Money, ...]
    overdue: tuple[Money, ...]
    processing: tuple[Money, ...]
    """Of invoices whose payment is on its way."""
    collections: tuple[Money, ...]
    other: tuple[Money, ...]
    """Of open invoices that nobody is asked to pay; below 0.00 they are in the client's favour."""
    owed: tuple[Money | None, ...]
    """balance_due + processing + collections + other - credit: what the statement says."""
    unpaid_count: int
    overdue_count: int
    next_due_on: date | None
    """Of what is not overdue yet."""
    credit: Money | None
    """None: WHMCS has something there that is no amount."""
    has_usable_payment_method: bool
    as_of: datetime


class HomeSummary(Struct, frozen=True):
    """`subscriptions` are those that renew next, None for who may not see them. What WHMCS answers about and cannot
    give is named in its place: None of `methods`, `lacks_subscriptions`. The money is whole without either.
    """

    overview: Overview
    methods: tuple[SavedMethod, ...] | None
    subscriptions: tuple[SubscriptionItem, ...] | None
    spending: tuple[Spending, ...]
    lacks_subscriptions: bool


class Summaries:
    """Every method raises BillingUnavailable when one part is missing: unknown is never none."""

    def __init__(
        self,
        ledgers: LedgerReader,
        clients: Clients,
        calendar: Calendar,
        *,
        gateways: Gateways,
        payment_methods: PaymentMethods,
        subscriptions: Subscriptions,
    ) -> None:
        self._ledgers = ledgers
        self._clients = clients
        self._calendar = calendar
        self._gateways = gateways
        self._payment_methods = payment_methods
        self._subscriptions = subscriptions

    async def summary(self, client_id: int, account_id: int) -> Reading[Summary]:
        """Raises TooManyOpenInvoices as well: a sum over some of them would be untrue."""
        others = (self._clients.part(client_id), self._payment_methods.part(client_id, account_id))
        reads = self._ledgers.read(client_id, NO_PAGE, _all_open, *others, is_long=True)
        (ledger, snapshot), _ = await asyncio.gather(reads, self._gateways_if_any())
        client_value, methods_value = (entry.value for entry in snapshot.entries[-len(others) :])
        client = decode_client(client_value)
        made = await self._with_gateways(snapshot, methods_value)
        totals = await apart(len(ledger), lambda: ledger.totals(client))
        can_pay = any(each.is_usable for each in readable(made.value))
        summary = _summary(totals, client.credit, made.as_of, can_pay=can_pay)
        return Reading(summary, made.nonce, made.as_of, made.expires_at)

    async def home(self, client_id: int, account_id: int, *, with_subscriptions: bool) -> Reading[HomeSummary]:
        """Cold it costs a call each for invoices, client, payment methods and subscriptions, all at once, and one for
        each open invoice. The gateways, everybody's, are asked for once an hour.
        """
        query = InvoiceQuery(StatusFilter.TO_PAY, sort=Sort.ATTENTION, page_size=ROWS)
        others = [self._clients.part(client_id), self._payment_methods.part(client_id, account_id)]
        if with_subscriptions:
            others.append(self._subscriptions.part(client_id))
        reads = self._ledgers.read_for_page(client_id, query, *others)
        (ledger, snapshot), _ = await asyncio.gather(reads, self._gateways_if_any())
        client_value, methods_value, *rest = (entry.value for entry in snapshot.entries[-len(others) :])
        client = decode_client(client_value)
        made = await self._with_gateways(snapshot, methods_value)
        overview, spent = await apart(
            len(ledger),
            lambda: (
                overview_of(ledger, query, client, made.as_of),
                spending(ledger.rows(), client.currency, self._calendar.today()),
            ),
        )
        try:
            renewing = _renewing(decode_subscriptions(rest[0], client)) if rest else None
        except RecordUnreadable:
            renewing = None
        home = HomeSummary(
            overview=overview,
            methods=made.value,
            subscriptions=renewing,
            spending=spent,
            lacks_subscriptions=bool(rest) and renewing is None,
        )
        return Reading(home, made.nonce, made.as_of, made.expires_at)

    async def _with_gateways(self, snapshot: Snapshot, methods: bytes) -> Reading[tuple[SavedMethod, ...] | None]:
        # Read beside the client's own, so that nobody waits for them, and again after it, which costs a look: a page of
        # a new generation must not have gateways of an older one.
        gateways = await self._gateways_if_any()
        if gateways is None:
            return reading_of(None, snapshot, not_after=snapshot.as_of + NOT_FOUND_LIFETIME)
        try:
            shown = shown_methods(decode_methods(methods), gateways.value, self._calendar.today())
        except RecordUnreadable:
            shown = None
        # As old as the client's own data. The gateways are everybody's, and what changes of them clears this as well.
        return reading_of(shown, snapshot, not_after=min(gateways.expires_at, self._calendar.midnight()))

    async def _gateways_if_any(self) -> Reading[tuple[Gateway, ...]] | None:
        """None: WHMCS answers, but not with them."""
        try:
            return await self._gateways.read()
        except RecordUnreadable:
            return None


def _all_open(known: Ledger) -> frozenset[int]:
    found = known.open()
    if len(found) > EXPORT_LIMIT:
        raise TooManyOpenInvoices(("status", TooManyOpenInvoices.detail))
    return found


def _summary(totals: tuple[InvoiceTotals, ...], credit: Money | None, as_of: float, *, can_pay: bool) -> Summary:
    return Summary(
        balance_due=tuple(each.open.to_pay for each in totals),
        overdue=tuple(each.overdue for each in totals),
        processing=tuple(each.open.processing for each in totals),
        collections=tuple(each.open.collections for each in totals),
        other=tuple(each.open.other for each in totals),
        owed=tuple(each.open.owed for each in totals),
        unpaid_count=sum(each.unpaid_count for each in totals),
        overdue_count=sum(each.overdue_count for each in totals),
        next_due_on=min((each.next_due_on for each in totals if each.next_due_on), default=None),
        credit=credit,
        has_usable_payment_method=can_pay,
        as_of=moment(as_of),
    )


def _renewing(subscriptions: tuple[SubscriptionItem, ...]) -> tuple[SubscriptionItem, ...]:
    return tuple(each for each in subscriptions if each.is_current)[:ROWS]
