"""What happens in WHMCS when somebody pays, edits or deletes: the books change and, if told, the portal hears of it.

The API, the pages and the control API all act through here. Every method returns the events whose hooks fired.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from counterfoil_sandbox.webhooks import Event, WebhookSender

from . import books
from .addon import Addon
from .events import STATUS_EVENTS, about, of_client
from .ledger import Ledger
from .records import (
    DRAFT,
    PAID,
    REFUNDED,
    UNPAID,
    ZERO,
    Client,
    Contact,
    CreditEntry,
    Invoice,
    Item,
    Order,
    Payment,
    PayMethod,
    Quote,
    Service,
)
from .switches import Switches


class BookKeeper:
    """`tell=False`: the change comes without a hook, as many do in WHMCS."""

    def __init__(self, ledger: Ledger, webhooks: WebhookSender, switches: Switches, addon: Addon) -> None:
        self.ledger = ledger
        self.webhooks = webhooks
        self.switches = switches
        self.addon = addon

    # Invoices

    def create_invoice(self, invoice: Invoice, *, tell: bool = True) -> list[Event]:
        self.ledger.put_invoice(books.added_up(invoice), lag=self.switches.commit_lag)
        return self._tell([about("invoice.created", invoice)], tell=tell)

    def next_item_id(self) -> int:
        return next(self.ledger.ids)

    def pay(
        self, invoice: Invoice, amount: Decimal, *, gateway: str = "", transid: str = "", tell: bool = True
    ) -> list[Event]:
        """Money in. The events in the order of WHMCS's hooks; `invoice.paid` only when nothing is left."""
        payment = Payment(
            id=next(self.ledger.ids),
            at=self.ledger.now(),
            gateway=gateway or invoice.gateway,
            transid=transid or f"sbx_{next(self.ledger.ids)}",
            amount_in=amount,
        )
        paid = books.with_payment(invoice, payment, self._number_for(invoice))
        self._put(paid)
        events = [about("invoice.payment_added", invoice), of_client("transaction.added", invoice.userid)]
        if paid.status == PAID and invoice.status != PAID:
            events.append(about("invoice.paid", invoice))
        self._tell(events, tell=tell)
        if paid.status == PAID:
            events += self._pay_those_named(paid, tell=tell)
        return events if tell else []

    def _pay_those_named(self, mass_payment: Invoice, *, tell: bool) -> list[Event]:
        """A paid mass payment hands its money on to the invoices that its lines name."""
        events: list[Event] = []
        for item in mass_payment.items:
            named = self.ledger.invoices.newest(item.relid) if item.type == "Invoice" else None
            if named is not None and named.userid == mass_payment.userid and named.status == UNPAID:
                events += self.pay(named, min(item.amount, named.balance), gateway=mass_payment.gateway, tell=tell)
        return events

    def refund(self, invoice: Invoice, amount: Decimal, *, tell: bool = True) -> list[Event]:
        source = next((payment for payment in invoice.payments if payment.amount_in), None)
        payment = Payment(
            id=next(self.ledger.ids),
            at=self.ledger.now(),
            gateway=invoice.gateway,
            transid=f"sbx_{next(self.ledger.ids)}",
            description="Refund of Transaction ID " + (source.transid if source else ""),
            amount_out=amount,
            refundid=source.id if source else 0,
        )
        changed = books.refunded(invoice, payment)
        self._put(changed)
        events = [of_client("transaction.added", invoice.userid)]
        events.append(about("invoice.refunded" if changed.status == REFUNDED else "invoice.updated", invoice))
        return self._tell(events, tell=tell)

    def apply_credit(self, invoice: Invoice, amount: Decimal, *, tell: bool = True) -> list[Event]:
        """From the client's credit to the invoice; the caller has checked that both allow it."""
        at = self.ledger.now()
        changed = books.with_credit(invoice, amount, at, self._number_for(invoice))
        self._put(changed)
        self.add_credit(invoice.userid, -amount, f"Credit Applied to Invoice #{invoice.id}", tell=False)
        events = [of_client("credit.changed", invoice.userid), about("invoice.updated", invoice)]
        if changed.status == PAID:
            events.append(about("invoice.paid", invoice))
        return self._tell(events, tell=tell)

    def set_status(self, invoice: Invoice, status: str, *, tell: bool = True) -> list[Event]:
        changed = books.with_status(invoice, status, self.ledger.now())
        if status != DRAFT and not changed.number and invoice.status == DRAFT:
            changed = msgspec.structs.replace(changed, number=self.ledger.next_number())
        self._put(changed)
        return self._tell([about(STATUS_EVENTS.get(status, "invoice.updated"), invoice)], tell=tell)

    def edit_invoice(self, invoice: Invoice, changes: Mapping[str, Any], *, tell: bool = True) -> list[Event]:
        """`changes` by field of the record; the sums follow from the items."""
        changed = msgspec.structs.replace(invoice, **changes, updated_at=self.ledger.now())
        self._put(books.added_up(changed))
        return self._tell([about("invoice.updated", invoice)], tell=tell)

    def set_amount(self, invoice: Invoice, amount: Decimal, *, tell: bool = True) -> list[Event]:
        """One untaxed line of that amount instead of the lines there were."""
        first = invoice.items[0]
        line = Item(first.id, first.type, first.relid, first.description, amount, taxed=False)
        return self.edit_invoice(invoice, {"items": (line,)}, tell=tell)

    def delete_invoice(self, invoice: Invoice, *, tell: bool = True) -> list[Event]:
        self.ledger.delete_invoice(invoice, lag=self.switches.commit_lag)
        return self._tell([about("invoice.deleted", invoice)], tell=tell)

    # Clients

    def edit_client(self, client: Client, changes: Mapping[str, Any], *, tell: bool = True) -> list[Event]:
        self.ledger.clients.put(client.id, msgspec.structs.replace(client, **changes), lag=self.switches.commit_lag)
        return self._tell([of_client("client.updated", client.id)], tell=tell)

    def delete_client(self, client_id: int, *, tell: bool = True) -> list[Event]:
        """With all that it has, and off everybody who could see it."""
        for invoice in self.ledger.invoices_of(client_id):
            self.ledger.delete_invoice(invoice)
        for user in self.ledger.users_of(client_id):
            self.set_permissions(user.id, client_id, None)
        self.ledger.delete_belongings(client_id)
        self.ledger.clients.put(client_id, None)
        return self._tell([of_client("client.deleted", client_id)], tell=tell)

    def merge_client(self, client_id: int, into: int, *, tell: bool = True) -> list[Event]:
        """Its invoices and people go over to the other one."""
        for invoice in self.ledger.invoices_of(client_id):
            self.ledger.put_invoice(msgspec.structs.replace(invoice, userid=into))
        for user in self.ledger.users_of(client_id):
            self.set_permissions(user.id, into, user.clients.get(into) or user.clients[client_id])
        self.delete_client(client_id, tell=False)
        return self._tell([Event("client.merged", {"client_id": into, "merged_client_id": client_id})], tell=tell)

    def add_credit(self, client_id: int, amount: Decimal, description: str, *, tell: bool = True) -> list[Event]:
        client = self.ledger.clients.newest(client_id)
        if client is None or amount == ZERO:
            return []
        entry = CreditEntry(next(self.ledger.ids), self.ledger.today(), description, amount)
        changed = msgspec.structs.replace(client, credits=(*client.credits, entry))
        self.ledger.clients.put(client_id, changed, lag=self.switches.commit_lag)
        return self._tell([of_client("credit.changed", client_id)], tell=tell)

    def set_permissions(self, user_id: int, client_id: int, permissions: tuple[str, ...] | None) -> list[Event]:
        """None takes the user off the client. WHMCS has no hook for it, so nobody is told."""
        user = self.ledger.users.newest(user_id)
        if user is not None:
            clients = {key: value for key, value in user.clients.items() if key != client_id}
            if permissions is not None:
                clients[client_id] = permissions
            self.ledger.users.put(user_id, msgspec.structs.replace(user, clients=clients))
        return []

    def order_changed(self, order: Order) -> list[Event]:
        return self._tell([Event("order.updated", {"client_id": order.client_id, "order_id": order.id})], tell=True)

    def edit_service(self, service: Service, changes: Mapping[str, Any], *, tell: bool = True) -> list[Event]:
        changed = msgspec.structs.replace(service, **changes)
        self.ledger.services.put(service.id, changed, lag=self.switches.commit_lag)
        return self._tell(
            [Event("service.updated", {"client_id": service.client_id, "service_id": service.id})], tell=tell
        )

    def accept_quote(self, quote: Quote, *, tell: bool = True) -> list[Event]:
        changed = msgspec.structs.replace(quote, stage="Accepted", accepted=self.ledger.today())
        self.ledger.quotes.put(quote.id, changed, lag=self.switches.commit_lag)
        return self._tell([of_client("quote.updated", quote.client_id)], tell=tell)

    def put_contact(self, contact: Contact, *, tell: bool = True) -> list[Event]:
        self.ledger.contacts.put(contact.id, contact, lag=self.switches.commit_lag)
        return self._tell([of_client("client.updated", contact.client_id)], tell=tell)

    # Ways of paying

    def put_pay_method(self, method: PayMethod, *, tell: bool = True) -> list[Event]:
        self.ledger.pay_methods.put(method.id, method, lag=self.switches.commit_lag)
        return self._tell([of_client("payment_method.changed", method.client_id)], tell=tell)

    def delete_pay_method(self, method: PayMethod, *, tell: bool = True) -> list[Event]:
        self.ledger.pay_methods.put(method.id, None, lag=self.switches.commit_lag)
        return self._tell([of_client("payment_method.changed", method.client_id)], tell=tell)

    def default_pay_method(self, method: PayMethod, *, tell: bool = True) -> list[Event]:
        """Comes first from now on. The API never says so."""
        first = min((other.order for other in self.ledger.pay_methods_of(method.client_id)), default=0)
        return self.put_pay_method(msgspec.structs.replace(method, order=first - 1), tell=tell)

    def _put(self, invoice: Invoice) -> None:
        self.ledger.put_invoice(invoice, lag=self.switches.commit_lag)

    def _number_for(self, invoice: Invoice) -> str:
        return invoice.number or self.ledger.next_number()

    def _tell(self, events: list[Event], *, tell: bool) -> list[Event]:
        if not tell:
            return []
        for event in events:
            self._send(event)
        return events

    def _send(self, event: Event) -> None:
        weather = self.switches.weather
        recorded = self.addon.record(event) if self.switches.addon else None
        if weather.mode == "lost":
            return
        delay = self.switches.random.uniform(0, weather.delay) if weather.shuffle else weather.delay
        message_id = self.addon.message_id(recorded) if recorded else ""
        first = self.webhooks.send(event, delay=delay, message_id=message_id)
        if recorded:
            recorded.delivery = first
        for _ in range(weather.copies - 1):
            self.webhooks.send(event, delay=delay, message_id=first.id)


def due_default(today: date) -> date:
    return date.fromordinal(today.toordinal() + 14)
