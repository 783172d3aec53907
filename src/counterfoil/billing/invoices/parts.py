"""What is asked of WHMCS about invoices, and how long each answer is believed: the list whole, and each invoice."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from counterfoil.billing.invoices.cached_rows import encode_rows
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import apart, part_of
from counterfoil.cache import Fetched, Part
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Invoice, InvoiceRow, InvoiceStatus

ROWS_AT_ONCE = 10_000
"""Rows asked for in one call. Nearly every client fits, so that the list is one call and of one moment; for more, an
answer would outgrow what is read of one.
"""

_ROUNDS = 5
"""Tries to read the list while it changes under our eyes."""

_invoice = msgspec.json.Decoder(Invoice | None)


class InvoiceRows(Protocol):
    """One answer of GetInvoices: `total` rows match, `returned` of them came."""

    @property
    def rows(self) -> tuple[InvoiceRow, ...]: ...
    @property
    def total(self) -> int: ...
    @property
    def returned(self) -> int: ...


class InvoiceListSource(Protocol):
    async def get_invoices(
        self, client_id: int, *, limitstart: int, limitnum: int, orderby: str, order: str
    ) -> InvoiceRows: ...


class InvoiceParts:
    def __init__(
        self,
        lists: InvoiceListSource,
        read_one: Callable[[int, int], Awaitable[Invoice | None]],
        require_open: Callable[[int], Awaitable[None]],
        lifetimes: Lifetimes,
    ) -> None:
        """`read_one(client_id, invoice_id)`: of whatever client. `require_open` raises AccountClosed."""
        self._lists = lists
        self._read_one = read_one
        self._require_open = require_open
        self._lifetimes = lifetimes

    def invoice(self, client_id: int, invoice_id: int) -> Part:
        """None for what does not exist, is another client's, or is a draft."""

        async def fetch() -> Invoice | None:
            invoice = await self._read_one(client_id, invoice_id)
            # Whose it is comes before anything else; what is not shown is not cached either.
            visible = invoice and invoice.client_id == client_id and invoice.status is not InvoiceStatus.DRAFT
            return invoice if visible else None

        return part_of(name_of(invoice_id), self._lifetimes.invoice, fetch)

    def rows(self, client_id: int) -> Part:
        async def fetch() -> Fetched:
            rows = await self._all_rows(client_id)
            return Fetched(await apart(len(rows), lambda: encode_rows(rows)))

        return Part(LIST, self._lifetimes.invoice_list, fetch)

    async def _all_rows(self, client_id: int) -> list[InvoiceRow]:
        for _ in range(_ROUNDS):
            rows = await self._rows_of_one_moment(client_id)
            if rows is not None:
                if not rows:
                    # WHMCS says the same of a client that it does not have.
                    await self._require_open(client_id)
                return [row for row in rows if row.status is not InvoiceStatus.DRAFT]
        raise BillingUnavailable("the invoice list changes faster than it can be read")

    async def _rows_of_one_moment(self, client_id: int) -> list[InvoiceRow] | None:
        """All rows, drafts too; None when the list moved between two calls. In the order of ids nothing shifts."""
        rows: dict[int, InvoiceRow] = {}
        returned, total = 0, 1
        while returned < total:
            answer = await self._lists.get_invoices(
                client_id, limitstart=returned, limitnum=ROWS_AT_ONCE, orderby="id", order="asc"
            )
            rows.update((row.id, row) for row in answer.rows)
            if returned and (answer.total != total or not answer.returned):
                return None
            returned, total = returned + answer.returned, answer.total
            if not answer.returned:
                break
        return list(rows.values()) if len(rows) == total else None


LIST = "invoice_list"
"""The list's name within the client's scope. Another value than before, another name: a version that runs beside this
one during an update would not know what it finds there."""


def name_of(invoice_id: int) -> str:
    """An invoice's name within the client's scope."""
    return f"invoice:{invoice_id}"


def decode_invoice(value: bytes) -> Invoice | None:
    invoice: Invoice | None = _invoice.decode(value)
    return invoice
