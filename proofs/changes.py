"""What happens in WHMCS: one method for each kind of change, which gives what its webhook would say."""

import random
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from proofs.books import Books
from proofs.fleet import Whmcs

MOST_INVOICES = 18


class Told(NamedTuple):
    """What a change gives the webhook to say."""

    type: str
    data: dict[str, int]


Act = Callable[[int, random.Random, float], Awaitable["Told | None"]]


class Changes:
    """Each takes the client, its luck and the commit lag. None: there was nothing to change."""

    def __init__(self, whmcs: Whmcs, books: Books, *, recorded: bool) -> None:
        """`recorded`: WHMCS's addon takes them down, although its own messages are lost."""
        self._whmcs, self.books, self._tell = whmcs, books, recorded

    def draw(self, chance: random.Random, *, quietly: bool) -> Act:
        """Quietly: only what the portal cannot find out by comparing a list with an invoice."""
        quiet: list[Act] = [self._part_payment, self._address]
        loud: list[Act] = [self._amount, self._due_date, self._payment, self._status, self._new, self._deleted]
        if quietly:
            return chance.choice(quiet)
        return chance.choices([*quiet, *loud], [18, 10, 22, 8, 14, 12, 9, 7])[0]

    async def _patched(self, invoice: int, body: dict[str, str]) -> None:
        self.books.note(await self._whmcs.control("PATCH", f"invoices/{invoice}", body | {"tell": self._tell}))

    def _any(self, client: int, chance: random.Random, *statuses: str) -> dict[str, Any] | None:
        known = [each for each in self.books.living[client].values() if not statuses or each["status"] in statuses]
        return chance.choice(known) if known else None

    async def _amount(self, client: int, chance: random.Random, _lag: float) -> Told | None:
        invoice = self._any(client, chance, "Unpaid")
        if invoice is None:
            return None
        cents = int(float(invoice["paid"]) * 100) + chance.randint(500, 60_000)
        await self._patched(invoice["id"], {"amount": f"{cents / 100:.2f}"})
        return Told("invoice.updated", {"invoice_id": invoice["id"], "client_id": client})

    async def _part_payment(self, client: int, chance: random.Random, _lag: float) -> Told | None:
        invoice = self._any(client, chance, "Unpaid")
        if invoice is None or float(invoice["balance"]) < 3:
            return None
        cents = chance.randint(1, int(float(invoice["balance"]) * 50))
        await self._patched(invoice["id"], {"pay": f"{cents / 100:.2f}"})
        return Told("invoice.payment_added", {"invoice_id": invoice["id"], "client_id": client})

    async def _payment(self, client: int, chance: random.Random, _lag: float) -> Told | None:
        invoice = self._any(client, chance, "Unpaid")
        if invoice is None or float(invoice["balance"]) <= 0:
            return None
        await self._patched(invoice["id"], {"pay": "all"})
        data = {"invoice_id": invoice["id"], "client_id": client}
        if chance.random() < 0.2:
            del data["client_id"]
        return Told("invoice.paid", data)

    async def _status(self, client: int, chance: random.Random, _lag: float) -> Told | None:
        """Cancelled, with collections, pending, and back."""
        invoice = self._any(client, chance, "Unpaid", "Cancelled", "Collections", "Payment Pending")
        if invoice is None:
            return None
        others = {"Unpaid", "Cancelled", "Collections", "Payment Pending"} - {invoice["status"]}
        status = chance.choice(sorted(others)) if invoice["status"] == "Unpaid" else "Unpaid"
        await self._patched(invoice["id"], {"status": status})
        type_ = "invoice.cancelled" if status == "Cancelled" else "invoice.updated"
        return Told(type_, {"invoice_id": invoice["id"], "client_id": client})

    async def _due_date(self, client: int, chance: random.Random, _lag: float) -> Told | None:
        invoice = self._any(client, chance)
        if invoice is None:
            return None
        due = date.fromisoformat(invoice["date"]) + timedelta(days=chance.randint(1, 300))
        await self._patched(invoice["id"], {"duedate": due.isoformat()})
        return Told("invoice.updated", {"invoice_id": invoice["id"], "client_id": client})

    async def _address(self, client: int, _chance: random.Random, lag: float) -> Told:
        """The version stands in the address itself."""
        number = len(self.books.addresses[client].versions)
        low = time.monotonic() + lag
        body = {"address2": f"Suite {number}", "tell": self._tell}
        await self._whmcs.control("PATCH", f"clients/{client}", body)
        self.books.address_changed(client, low, time.monotonic() + lag)
        return Told("client.updated", {"client_id": client})

    async def _new(self, client: int, chance: random.Random, _lag: float) -> Told | None:
        if len(self.books.living[client]) >= MOST_INVOICES:
            return await self._deleted(client, chance, _lag)
        return await self.create(client, chance)

    async def create(self, client: int, chance: random.Random) -> Told:
        body = {"userid": client, "amount": f"{chance.randint(500, 60_000) / 100:.2f}", "tell": self._tell}
        made = await self._whmcs.control("POST", "invoices", body)
        self.books.note(made)
        return Told("invoice.created", {"invoice_id": made["id"], "client_id": client})

    async def _deleted(self, client: int, chance: random.Random, _lag: float) -> Told | None:
        invoice = self._any(client, chance)
        if invoice is None or len(self.books.living[client]) <= 4:
            return None
        del self.books.living[client][invoice["id"]]
        await self._whmcs.control("DELETE", f"invoices/{invoice['id']}?tell={str(self._tell).lower()}")
        data = {"invoice_id": invoice["id"], "client_id": client}
        if chance.random() < 0.1:
            del data["client_id"]
        return Told("invoice.deleted", data)
