"""Whose data an event clears, in which order, and what the open pages are told of it."""

import json
from typing import Any

import pytest

from counterfoil.cache import Cache
from counterfoil.changes.clearing import Clearing
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Invoice
from counterfoil.whmcs.webhooks import Event
from tests.billing.books import invoice

pytestmark = pytest.mark.anyio


class Whmcs:
    """Knows invoice 7, which is client 1's."""

    is_down = False

    async def get_invoice(self, invoice_id: int) -> Invoice | None:
        if self.is_down:
            raise BillingUnavailable("down")
        return invoice(7) if invoice_id == 7 else None


def event(type_: str, **data: int) -> Event:
    return Event("msg_1", type_, "", data)


@pytest.mark.parametrize(
    ("said", "clients"),
    [
        (event("invoice.paid", invoice_id=7, client_id=4), [4]),
        (event("invoice.paid", invoice_id=7), [1]),
        (event("client.merged", client_id=4, merged_client_id=5), [4, 5]),
        (event("gateway.changed"), None),
        (event("user.updated", user_id=3), []),
        (event("ping"), []),
    ],
    ids=str,
)
async def test_whose_data_becomes_old(cache: Cache, said: Event, clients: list[int] | None) -> None:
    """The clients that the event names, or the one whose invoice it is; None are all."""
    assert await Clearing(cache, Whmcs()).clients_of(said) == clients


async def test_somebody_whom_nobody_can_name_is_everybody(cache: Cache) -> None:
    """The invoice is gone, or WHMCS does not say whose it is: clearing too little would cost truth."""
    whmcs = Whmcs()
    assert await Clearing(cache, whmcs).clients_of(event("invoice.deleted", invoice_id=8)) is None
    whmcs.is_down = True
    assert await Clearing(cache, whmcs).clients_of(event("invoice.paid", invoice_id=7)) is None
    assert await Clearing(cache, whmcs).clients_of(event("invoice.paid")) is None


async def test_a_newer_sender_clears_whom_it_names(cache: Cache) -> None:
    """An event that this version does not know makes the named client's data old, and nobody's when it names none."""
    assert await Clearing(cache, Whmcs()).clients_of(event("domain.renewed", client_id=4)) == [4]
    assert await Clearing(cache, Whmcs()).clients_of(event("domain.renewed")) == []


class Recorder:
    """Takes down what is cleared."""

    def __init__(self) -> None:
        self.cleared: list[str] = []

    async def clear(self, *scopes: str) -> None:
        self.cleared += scopes

    async def clear_everything(self) -> None:
        self.cleared.append("everything")


async def test_what_is_shared_is_cleared_before_clients() -> None:
    """A page made while everything is being cleared has no gateway of before."""
    recorder: Any = Recorder()
    await Clearing(recorder, Whmcs()).clear(event("gateway.changed"), None, announces=True)
    assert recorder.cleared == ["gw", "everything"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (event("invoice.paid", invoice_id=7, client_id=4), {"resource": "invoice", "id": 7}),
        (event("invoice.created", invoice_id=7, client_id=4), {"resource": "invoices", "id": None}),
        (event("service.updated", service_id=9, client_id=4), {"resource": "subscriptions", "id": 9}),
        (event("order.updated", order_id=3, client_id=4), {"resource": "order", "id": 3}),
        (event("client.updated", client_id=4), {"resource": "profile", "id": None}),
    ],
    ids=str,
)
async def test_open_pages_are_told_what_changed(cache: Cache, said: Event, told: dict[str, Any]) -> None:
    """The kind and the number, never the data; and only when it is wanted."""
    heard: list[tuple[str, Any]] = []
    cache.listen(lambda topic, message: heard.append((topic, json.loads(message))))
    clearing = Clearing(cache, Whmcs())
    await clearing.clear(said, [4], announces=False)
    assert heard == []
    await clearing.clear(said, [4], announces=True)
    assert heard == [("c4", told)]
