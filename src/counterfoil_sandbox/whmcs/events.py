"""What the hooks of WHMCS say, as the portal's webhooks have it: ids only."""

from counterfoil_sandbox.webhooks import Event

from .records import CANCELLED, PAID, REFUNDED, UNPAID, Invoice

STATUS_EVENTS = {
    PAID: "invoice.paid",
    UNPAID: "invoice.unpaid",
    CANCELLED: "invoice.cancelled",
    REFUNDED: "invoice.refunded",
}


def about(kind: str, invoice: Invoice) -> Event:
    return Event(kind, {"invoice_id": invoice.id, "client_id": invoice.userid})


def of_client(kind: str, client_id: int) -> Event:
    return Event(kind, {"client_id": client_id})
