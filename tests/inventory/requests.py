"""What is sent to each route: enough for it to do its work for whoever may. Everybody sends the same."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx2

from tests.forms import filled
from tests.inventory.callers import ADA, BOB, DINA, NORA, PASSWORD, Caller, wanted_token


class World(NamedTuple):
    """What there is to ask for, all of it of Ada's client, but `account`, which is Dina's. `sessions` and `tokens` are
    spare ones of Ada's, for the API and for the page; `prices` what the page of an order says, by quantity.
    `other_invoice` is paid with others: to go and pay what one has just gone to pay is a second press of the button.
    """

    invoice: int
    other_invoice: int
    order: str
    asset: str
    account: str
    sessions: tuple[str, str]
    tokens: tuple[str, str]
    prices: Mapping[int, str]

    def fill(self, path: str) -> str:
        page = 0 if path.startswith("/api/") else 1
        known = {
            "invoice_id": str(self.invoice),
            "order_id": self.order,
            "name": self.asset,
            "account_id": self.account,
            "client_id": "1",
            "path": "index.html",
            "subscription_id": "1",
            "quote_id": "1",
            "session_id": self.sessions[page],
            "token_id": self.tokens[page],
        }
        parts = [known[part[1:].partition(":")[0]] if part.startswith("{") else part for part in path.split("/")]
        return "/".join(parts)


class Asking(NamedTuple):
    """`column`: a number of its own for whoever asks."""

    world: World
    caller: Caller
    column: int
    client: httpx2.Client

    @property
    def own_client(self) -> int:
        return {BOB: 2, NORA: 8}.get(self.caller.email, 1)


def order_on_a_page(by: Asking) -> dict[str, Any]:
    quantity = by.column + 2
    choice = {"offer": "3:monthly", "quantity": str(quantity), "gateway": "stripe", "key": f"page{by.column}"}
    return {"data": {**choice, "seen": by.world.prices[quantity]}}


def order_by_a_program(by: Asking) -> dict[str, Any]:
    item = {"product_id": 2, "billing_cycle": "monthly", "quantity": by.column + 2}
    headers = {"idempotency-key": f"inventory-{by.column}"}
    return {"json": {"items": [item], "gateway": "stripe"}, "headers": headers}


def credentials(by: Asking) -> dict[str, str]:
    return {"email": by.caller.email or ADA, "password": PASSWORD}


def profile(by: Asking) -> dict[str, str]:
    """As the page's form has it, where it is shown."""
    return {"city": "London", **filled(by.client.get("/profile"), address2=f"Room {by.column}")}


BODIES: dict[str, Callable[[Asking], dict[str, Any]]] = {
    "POST /api/v1/session": lambda by: {"json": credentials(by)},
    "PUT /api/v1/session/client": lambda by: {"json": {"client_id": by.own_client}},
    "POST /api/v1/tokens": lambda by: {"json": wanted_token("read", by.own_client)},
    "POST /api/v1/invoices/payment-link": lambda by: {"json": {"invoice_ids": [by.world.other_invoice]}},
    "PATCH /api/v1/profile": lambda by: {"json": {"address2": f"Floor {by.column}"}},
    "POST /api/v1/orders": order_by_a_program,
    "POST /language": lambda _by: {"data": {"lang": "en"}},
    "POST /sign-in": lambda by: {"data": credentials(by)},
    "POST /switch-account": lambda by: {"data": {"client_id": by.own_client}},
    "POST /tokens": lambda by: {"data": wanted_token("read", by.own_client)},
    "POST /invoices/pay": lambda by: {"data": {"invoice_ids": str(by.world.other_invoice)}},
    "POST /profile": lambda by: {"data": profile(by)},
    "POST /order": order_on_a_page,
    "POST /refresh": lambda _: {"data": {"next": "/invoices"}},
    "GET /staff/people": lambda _: {"params": {"email": ADA}},
    "POST /staff/clients/{client_id:str}/view": lambda _: {"data": {"email": ADA, "reason": "For the inventory"}},
    "POST /staff/clients/{client_id:str}/links": lambda _: {"data": {"email": DINA, "state": ""}},
    "POST /staff/people/{account_id:int}/sign-out": lambda _: {"data": {"client_id": "4"}},
    "POST /staff/people/{account_id:int}/sessions/{session_id:str}/end": lambda _: {"data": {"client_id": "4"}},
    "POST /staff/people/unlock": lambda _: {"data": {"email": ADA}},
}
"""What goes with it, but for the address."""

LEAVING = (
    "POST /api/v1/session",
    "PUT /api/v1/session/client",
    "POST /sign-in",
    "POST /switch-account",
    "POST /staff/clients/{client_id:str}/view",
    "POST /staff/view/end",
    "DELETE /api/v1/sessions",
    "POST /sessions/end-others",
    "DELETE /api/v1/session",
    "POST /sign-out",
)
"""After which the session is not what it was: with one of its own, and last."""
