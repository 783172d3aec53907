"""Invoices of one client that are wanted at the same moment, in one call where WHMCS's addon offers it.

Each is still an object of its own to the cache, with its own lease, generation and age: only the call is shared, and it
begins after every one of them was asked for, so that none is older than it says.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from counterfoil.errors import BillingUnavailable
from counterfoil.model import Invoice
from counterfoil.whmcs.addon_api import INVOICES, MOST_INVOICES, NotOffered

GATHER = 0.005
"""Seconds in which others may join. Those of one page come within a round trip to Redis; a call takes 0.2 s or more."""


class _InvoiceSource(Protocol):
    async def get_invoice(self, invoice_id: int, *, whose: int) -> Invoice | None: ...


class _InvoiceBatchSource(Protocol):
    def offers(self, action: str) -> bool: ...
    async def invoices(self, client_id: int, ids: Sequence[int]) -> dict[int, Invoice]: ...


class _Batch:
    """`answer` holds what came, or None: each has to ask alone."""

    def __init__(self) -> None:
        self.ids: set[int] = set()
        self.answer: asyncio.Future[Mapping[int, Invoice] | None] = asyncio.get_running_loop().create_future()


class InvoiceBatcher:
    def __init__(self, source: _InvoiceSource, addon: _InvoiceBatchSource) -> None:
        self._source = source
        self._addon = addon
        self._open: dict[int, _Batch] = {}

    async def invoice(self, client_id: int, invoice_id: int) -> Invoice | None:
        """Of whatever client, when it was asked for alone: compare `client_id` first. Raises BillingUnavailable."""
        if not self._addon.offers(INVOICES):
            return await self._source.get_invoice(invoice_id, whose=client_id)
        batch = self._open.get(client_id)
        if batch is None:
            batch = self._open[client_id] = _Batch()
            batch.ids.add(invoice_id)
            answer = await self._lead(client_id, batch)
        else:
            batch.ids.add(invoice_id)
            if len(batch.ids) >= MOST_INVOICES:
                del self._open[client_id]
            answer = await asyncio.shield(batch.answer)
        return await self._source.get_invoice(invoice_id, whose=client_id) if answer is None else answer.get(invoice_id)

    async def _lead(self, client_id: int, batch: _Batch) -> Mapping[int, Invoice] | None:
        try:
            await asyncio.sleep(GATHER)
            self._close(client_id, batch)
            answer = await self._ask(client_id, sorted(batch.ids))
        except BaseException as error:
            # Who leads may be cancelled; that is not what the others shall hear.
            batch.answer.set_exception(error if isinstance(error, BillingUnavailable) else BillingUnavailable("left"))
            batch.answer.exception()  # There may be no others: then nobody else looks at it.
            raise
        finally:
            self._close(client_id, batch)
        batch.answer.set_result(answer)
        return answer

    def _close(self, client_id: int, batch: _Batch) -> None:
        if self._open.get(client_id) is batch:
            del self._open[client_id]

    async def _ask(self, client_id: int, ids: list[int]) -> Mapping[int, Invoice] | None:
        if len(ids) == 1:
            return None
        try:
            return await self._addon.invoices(client_id, ids)
        except NotOffered:
            return None
