"""WHMCS's side of the billing tests: books that can be changed by hand, and a record of what was asked."""

from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from counterfoil.errors import BillingUnavailable
from counterfoil.model import Client, Gateway, Invoice, InvoiceRow, InvoiceStatus, Money
from tests.billing.books import invoice, row


@dataclass
class Rows:
    rows: tuple[InvoiceRow, ...]
    total: int
    returned: int


@dataclass
class Books:
    """Responses like WhmcsApi. `calls` names each call; `page_limit` is the most rows WHMCS sends at once."""

    rows: dict[int, InvoiceRow] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    page_limit: int = 100_000
    is_down: bool = False
    currency: str = "EUR"

    def add(self, id_: int, status: InvoiceStatus = InvoiceStatus.UNPAID, **changes: object) -> None:
        self.rows[id_] = msgspec.structs.replace(row(id_), status=status)
        self.invoices[id_] = msgspec.structs.replace(invoice(id_), status=status, **changes)

    def pay(self, id_: int) -> None:
        self.rows[id_] = msgspec.structs.replace(self.rows[id_], status=InvoiceStatus.PAID)
        self.invoices[id_] = msgspec.structs.replace(self.invoices[id_], status=InvoiceStatus.PAID, balance=0)

    def cancel(self, id_: int) -> None:
        self.rows[id_] = msgspec.structs.replace(self.rows[id_], status=InvoiceStatus.CANCELLED)
        self.invoices[id_] = msgspec.structs.replace(self.invoices[id_], status=InvoiceStatus.CANCELLED)

    def bill(self, id_: int, total: str) -> None:
        """Another total, nothing of it paid."""
        self.rows[id_] = msgspec.structs.replace(self.rows[id_], total=Money.of(total, self.currency))
        changed = msgspec.structs.replace(self.invoices[id_], total=Decimal(total), balance=Decimal(total))
        self.invoices[id_] = changed

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.is_down:
            raise BillingUnavailable("down")

    async def get_invoices(self, client_id: int, *, limitstart: int, limitnum: int, orderby: str, order: str) -> Rows:
        self._call("GetInvoices")
        own = [self.rows[id_] for id_ in sorted(self.rows) if self.rows[id_].client_id == client_id]
        assert (orderby, order) == ("id", "asc")
        sent = own[limitstart : limitstart + min(limitnum, self.page_limit)]
        return Rows(tuple(sent), len(own), len(sent))

    async def get_invoice(self, invoice_id: int) -> Invoice | None:
        self._call("GetInvoice")
        return self.invoices.get(invoice_id)

    async def get_payment_methods(self) -> tuple[Gateway, ...]:
        self._call("GetPaymentMethods")
        return (Gateway("stripe", "Credit card"),)

    async def get_clients_details(self, client_id: int) -> Client | None:
        self._call("GetClientsDetails")
        names = "first_name last_name email address1 address2 city state postcode country country_name phone tax_id"
        texts = dict.fromkeys([*names.split(), "language", "status"], "")
        credit = Money.of("0", self.currency)
        return Client(
            id=client_id,
            owner_user_id=1,
            company_name="Analytical Engines Ltd.",
            currency=self.currency,
            credit=credit,
            **texts,
        )
