"""Into WHMCS to pay, for a PDF, to saved ways of paying and to the client's details: what is checked before."""

from collections.abc import Sequence

from msgspec.structs import replace

from counterfoil.billing.clients import Clients
from counterfoil.billing.hand_offs.links import HandOff, SsoLinks
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.errors import BillingUnavailable, InvoiceNotPayable, SeveralCurrencies

MOST_TOGETHER = 50
"""Invoices that may be paid at once: each is read again before, and their ids have to fit into one address."""


class PaymentPageUnavailable(BillingUnavailable):
    """Nothing was recorded as a payment. `plain_page` is WHMCS's own, where the customer can sign in and pay."""

    title = "Payment page not opened"
    detail = "The payment page could not be opened. You can try again, or sign in on the billing site and pay there."

    def __init__(self, plain_page: str, *, retry_after: int) -> None:
        super().__init__()
        self.plain_page, self.retry_after = plain_page, retry_after


class HandOffs:
    """Every way there raises AccountClosed: WHMCS refuses the links of a closed client only when they are opened."""

    def __init__(self, links: SsoLinks, invoices: Invoices, clients: Clients) -> None:
        self._links = links
        self._invoices = invoices
        self._clients = clients

    async def pay(self, client_id: int, user_id: int | None, invoice_id: int) -> HandOff:
        """Lands on the invoice in WHMCS.

        Raises InvoiceNotFound, InvoiceNotPayable, BillingUnavailable, CacheUnavailable.
        """
        await self._require_payable(client_id, invoice_id)
        link = await self._links.make(client_id, user_id, f"viewinvoice.php?id={invoice_id}", purpose="pay")
        return replace(link, invoice_ids=(invoice_id,))

    async def apply_credit(self, client_id: int, user_id: int | None, invoice_id: int) -> HandOff:
        """The same page, on which WHMCS offers the credit. No payment is expected of it. Raises what `pay` raises."""
        await self._require_payable(client_id, invoice_id)
        path = f"viewinvoice.php?id={invoice_id}"
        link = await self._links.make(client_id, user_id, path, purpose="apply_credit")
        return replace(link, invoice_ids=(invoice_id,))

    async def pay_together(self, client_id: int, user_id: int | None, invoice_ids: Sequence[int]) -> HandOff:
        """Lands on WHMCS's mass payment with these invoices chosen; docs/money.md says what of that is not verified.

        Raises what `pay` raises, and SeveralCurrencies.
        """
        await self._invoices.chosen(client_id, invoice_ids)
        await self._links.expect_changes(client_id)
        # As for one: never on a cached "unpaid".
        chosen = (await self._invoices.chosen(client_id, invoice_ids)).value
        if not all(invoice.is_payable for invoice in chosen):
            raise InvoiceNotPayable
        if len({invoice.amount_due.currency for invoice in chosen}) > 1:
            raise SeveralCurrencies(("invoice_ids", SeveralCurrencies.detail))
        named = "".join(f"&invoiceids[]={invoice_id}" for invoice_id in invoice_ids)
        path = (
            f"clientarea.php?action=masspay{named}" if len(invoice_ids) > 1 else f"viewinvoice.php?id={invoice_ids[0]}"
        )
        link = await self._links.make(client_id, user_id, path, purpose="pay")
        return replace(link, invoice_ids=tuple(invoice_ids))

    async def pdf(self, client_id: int, user_id: int | None, invoice_id: int) -> HandOff:
        """Lands on the invoice's PDF in WHMCS. Raises InvoiceNotFound, BillingUnavailable, CacheUnavailable."""
        await self._invoices.detail(client_id, invoice_id)
        await self._clients.require_open(client_id)
        await self._links.expect_changes(client_id)
        link = await self._links.make(client_id, user_id, f"dl.php?type=i&id={invoice_id}", purpose="pdf")
        return replace(link, invoice_ids=(invoice_id,))

    async def manage_payment_methods(self, client_id: int, user_id: int | None) -> HandOff:
        """Lands on WHMCS's page where saved ways of paying are added, removed and chosen. Raises BillingUnavailable,
        CacheUnavailable.
        """
        await self._clients.require_open(client_id)
        await self._links.expect_changes(client_id)
        plain = "index.php?rp=/account/paymentmethods"
        named = "clientarea:billing_info"
        return await self._links.make(client_id, user_id, plain, purpose="payment_methods", destination=named)

    async def edit_details(self, client_id: int, user_id: int | None) -> HandOff:
        """Lands on WHMCS's page of the client's details, its custom fields among them. Raises BillingUnavailable,
        CacheUnavailable.
        """
        await self._clients.require_open(client_id)
        await self._links.expect_changes(client_id)
        return await self._links.make(client_id, user_id, "clientarea.php?action=details", purpose="details")

    async def returned(self, client_id: int) -> None:
        """The customer is back: what WHMCS still does after a payment takes seconds. Raises CacheUnavailable."""
        await self._links.returned(client_id)

    def plain_page(self, invoice_ids: Sequence[int]) -> str:
        """Where WHMCS shows them to whoever signs in there."""
        one = f"viewinvoice.php?id={invoice_ids[0]}" if len(invoice_ids) == 1 else "clientarea.php?action=invoices"
        return self._links.plain(one)

    async def _require_payable(self, client_id: int, invoice_id: int) -> None:
        await self._invoices.detail(client_id, invoice_id)
        await self._links.expect_changes(client_id)
        # The clear made everything old, so this is WHMCS's word of now: a link is never made on a cached "unpaid".
        invoice = await self._invoices.detail(client_id, invoice_id)
        if not invoice.value.is_payable:
            raise InvoiceNotPayable
