"""Whether WHMCS will charge an invoice to a saved card, and on which day. Said only where all of it is known.

WHMCS's API tells neither whether it charges by itself nor how many days before: AUTOPAY_DAYS_BEFORE_DUE does.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.billing.invoices.shown import InvoiceDetail, InvoiceItem
from counterfoil.billing.payment_methods import PaymentMethods, SavedMethod, decode_methods, shown_methods
from counterfoil.billing.reading import Calendar, Reading
from counterfoil.errors import RecordUnreadable
from counterfoil.model import Client


class Autopay:
    """`days_before_due` None: the operator has not said, so nothing is read and nothing is said."""

    def __init__(
        self,
        invoices: Invoices,
        clients: Clients,
        calendar: Calendar,
        *,
        payment_methods: PaymentMethods,
        gateways: Gateways,
        days_before_due: int | None,
    ) -> None:
        self._invoices = invoices
        self._clients = clients
        self._calendar = calendar
        self._payment_methods = payment_methods
        self._gateways = gateways
        self._days = days_before_due

    @property
    def is_known(self) -> bool:
        return self._days is not None

    async def invoice(
        self, client_id: int, account_id: int, invoice_id: int
    ) -> tuple[Reading[InvoiceDetail], Client, date | None]:
        """One invoice, whom it is addressed to, and when it is charged, all of one generation. Raises what
        Invoices.detail raises.
        """
        if self._days is None:
            return *await self._invoices.detail_with_client(client_id, invoice_id), None
        methods = self._payment_methods.part(client_id, account_id)
        reading, (client_value, methods_value) = await self._invoices.detail_with(
            client_id, invoice_id, self._clients.part(client_id), methods
        )
        client = decode_client(client_value)
        try:
            # After the client's, never before, as for the page of payment methods.
            gateways = await self._gateways.read()
            shown = shown_methods(decode_methods(methods_value), gateways.value, self._calendar.today())
        except RecordUnreadable:
            return reading, client, None
        day = self.days_of([reading.value], client, shown).get(invoice_id)
        return reading._replace(expires_at=min(reading.expires_at, gateways.expires_at)), client, day

    def days_of(
        self,
        invoices: Iterable[InvoiceItem | InvoiceDetail],
        client: Client,
        methods: Iterable[SavedMethod] | None,
    ) -> dict[int, date]:
        """By the ids of those invoices of which it is known."""
        if self._days is None or methods is None or not may_be_charged(client):
            return {}
        gateways, today = charging_gateways(methods), self._calendar.today()
        found = {each.id: charge_day(each, gateways, self._days, today) for each in invoices}
        return {id_: day for id_, day in found.items() if day}


def may_be_charged(client: Client) -> bool:
    """Only where WHMCS says that it is not excluded; one that does not say leaves it open."""
    return client.is_excluded_from_autopay is False


def charging_gateways(methods: Iterable[SavedMethod]) -> frozenset[str]:
    """Those that would charge a card, by WHMCS's names.

    Of a card that WHMCS stores itself it names no gateway, and of a bank account beside a card it does not tell which
    one it would take: both are left open. So are bank accounts alone, about which WHMCS's exclusion says nothing.
    """
    usable = [each.method for each in methods if each.is_usable]
    cards, others = (
        {method.gateway.casefold() for method in usable if (method.type == "card") is are_cards}
        for are_cards in (True, False)
    )
    return frozenset(cards - others - {""})


def charge_day(
    invoice: InvoiceItem | InvoiceDetail, gateways: frozenset[str], days_before_due: int, today: date
) -> date | None:
    """None: not to be charged, not known, or the day has passed without it."""
    if not invoice.is_payable or invoice.due_on is None or invoice.gateway.casefold() not in gateways:
        return None
    if isinstance(invoice, InvoiceDetail) and invoice.stands_for is not None:
        return None
    day = invoice.due_on - timedelta(days=days_before_due)
    return day if day >= today else None
