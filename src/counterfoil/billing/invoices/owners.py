"""Whose an invoice is, for people with several clients: a link of theirs may lead to another one than they look at."""

from collections.abc import Awaitable, Callable, Collection

from counterfoil.model import Invoice, InvoiceStatus


class InvoiceOwners:
    def __init__(self, get_invoice: Callable[[int], Awaitable[Invoice | None]]) -> None:
        self._get_invoice = get_invoice

    async def whose(self, invoice_id: int) -> Invoice | None:
        """For staff: whoever's it is, drafts too. Raises BillingUnavailable."""
        return await self._get_invoice(invoice_id)

    async def among(self, client_ids: Collection[int], invoice_id: int) -> int | None:
        """The one of these clients to which the invoice belongs; None for a draft and for anybody else's. One call,
        whatever the answer, and nothing of the invoice goes further. Raises BillingUnavailable.
        """
        invoice = await self._get_invoice(invoice_id)
        if invoice is None or invoice.status is InvoiceStatus.DRAFT or invoice.client_id not in client_ids:
            return None
        return invoice.client_id
