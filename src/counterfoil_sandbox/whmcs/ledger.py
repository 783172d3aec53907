"""Where the stand-in's records lie, each with all its versions, so that it can be said what was visible when."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from .records import Client, Contact, Currency, Gateway, Invoice, Order, PayMethod, Product, Quote, Service, User

Record = TypeVar("Record")


class Version(NamedTuple, Generic[Record]):
    number: int
    visible_at: float
    """On CLOCK_MONOTONIC, which all processes of a machine share."""
    value: Record | None
    """None: deleted."""


class Table(Generic[Record]):
    """Rows by id. What is read is what WHMCS's database would show *now*; writers see the newest."""

    def __init__(self, clock: Callable[[], float], rows: Mapping[int, list[Version[Record]]] | None = None) -> None:
        self._clock = clock
        self._rows = {row_id: history.copy() for row_id, history in (rows or {}).items()}

    def copy(self, clock: Callable[[], float]) -> "Table[Record]":
        return Table(clock, self._rows)

    def seed(self, row_id: int, value: Record) -> None:
        self._rows[row_id] = [Version(1, 0.0, value)]

    def put(self, row_id: int, value: Record | None, *, lag: float = 0.0) -> Version[Record]:
        """Writes the next version, visible `lag` seconds from now, but never before the one it follows."""
        history = self._rows.setdefault(row_id, [])
        number, earliest = (history[-1].number + 1, history[-1].visible_at) if history else (1, 0.0)
        version = Version(number, max(self._clock() + lag, earliest), value)
        history.append(version)
        return version

    def visible(self, row_id: int) -> Record | None:
        version = self.visible_version(row_id)
        return version.value if version else None

    def visible_version(self, row_id: int) -> Version[Record] | None:
        now = self._clock()
        for version in reversed(self._rows.get(row_id, ())):
            if version.visible_at <= now:
                return version
        return None

    def newest(self, row_id: int) -> Record | None:
        history = self._rows.get(row_id)
        return history[-1].value if history else None

    def history(self, row_id: int) -> list[Version[Record]]:
        return list(self._rows.get(row_id, ()))

    def __iter__(self) -> Iterator[Record]:
        """Every visible record, by id."""
        for row_id in sorted(self._rows):
            value = self.visible(row_id)
            if value is not None:
                yield value


class Ledger:
    """One installation's tables and its clock."""

    def __init__(
        self, *, zone: ZoneInfo, now: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.zone = zone
        self._now = now
        self.monotonic = monotonic
        self.currencies: dict[int, Currency] = {}
        self.gateways: dict[str, Gateway] = {}
        self.products: dict[int, Product] = {}
        self.users: Table[User] = Table(monotonic)
        self.clients: Table[Client] = Table(monotonic)
        self.invoices: Table[Invoice] = Table(monotonic)
        self.pay_methods: Table[PayMethod] = Table(monotonic)
        self.services: Table[Service] = Table(monotonic)
        self.orders: Table[Order] = Table(monotonic)
        self.quotes: Table[Quote] = Table(monotonic)
        self.contacts: Table[Contact] = Table(monotonic)
        self.notable: dict[str, int] = {}
        """Seeded invoices that tests and the demo ask for by name, e.g. "ada.overdue"."""
        self.ids = count(500_001)
        """For whatever is made after the seed, of any kind, so that no id means two things."""
        self.invoice_ids: dict[int, dict[int, None]] = {}
        """Of each client, in the order in which they were made; also of those that are deleted or not visible yet."""
        self._numbered = 0

    def copy_from(self, seeded: "Ledger") -> None:
        """What was seeded into another. Records do not change, so that both can hold them."""
        self.currencies, self.gateways = seeded.currencies.copy(), seeded.gateways.copy()
        self.products, self.notable = seeded.products.copy(), seeded.notable.copy()
        for name, table in vars(seeded).items():
            if isinstance(table, Table):
                setattr(self, name, table.copy(self.monotonic))
        self.invoice_ids = {client_id: ids.copy() for client_id, ids in seeded.invoice_ids.items()}

    def now(self) -> datetime:
        """WHMCS's local time, without a zone, as it writes it."""
        return datetime.fromtimestamp(self._now(), UTC).astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def today(self) -> date:
        return self.now().date()

    def seed_invoice(self, invoice: Invoice) -> None:
        self.invoices.seed(invoice.id, invoice)
        self.invoice_ids.setdefault(invoice.userid, {})[invoice.id] = None

    def put_invoice(self, invoice: Invoice, *, lag: float = 0.0) -> None:
        self.invoices.put(invoice.id, invoice, lag=lag)
        self.invoice_ids.setdefault(invoice.userid, {})[invoice.id] = None

    def delete_invoice(self, invoice: Invoice, *, lag: float = 0.0) -> None:
        self.invoices.put(invoice.id, None, lag=lag)

    def delete_belongings(self, client_id: int) -> None:
        """All that a client has but invoices."""
        for table in (self.pay_methods, self.services, self.quotes, self.contacts):
            for record in [each for each in table if each.client_id == client_id]:
                table.put(record.id, None)

    def invoices_of(self, client_id: int) -> list[Invoice]:
        found = (self.invoices.visible(invoice_id) for invoice_id in self.invoice_ids.get(client_id, ()))
        return [invoice for invoice in found if invoice is not None]

    def pay_methods_of(self, client_id: int) -> list[PayMethod]:
        return sorted(
            (method for method in self.pay_methods if method.client_id == client_id),
            key=lambda method: (method.order, method.id),
        )

    def services_of(self, client_id: int) -> list[Service]:
        return [service for service in self.services if service.client_id == client_id]

    def users_of(self, client_id: int) -> list[User]:
        return [user for user in self.users if client_id in user.clients]

    def user_by_email(self, email: str) -> User | None:
        wanted = email.strip().casefold()
        return next((user for user in self.users if user.email.casefold() == wanted), None)

    def next_number(self) -> str:
        """The next in the sequence for invoices numbered after the seed."""
        self._numbered += 1
        return f"INV-{self.today().year}-{9000 + self._numbered}"
