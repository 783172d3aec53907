"""A portal whose every page can be looked at: orders in each state, a granted person, nothing left to chance."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx2

from tests.org import OrgSandbox, running_org
from tests.stack import Stack, running_stack

GATEWAYS = {"stripe": "Credit card (Stripe)", "gocardless": "Direct Debit", "banktransfer": "Bank Transfer"}

STAFF = "chidi@example.com"
"""May open the staff console, and has no language of his own."""


class Showroom(NamedTuple):
    """`orders`: "ada.active" -> the order's id."""

    stack: Stack
    orders: dict[str, str]

    def address(self, path: str, person: str) -> str:
        """With the person's own invoice or order in it: "/invoices/{overdue}"."""
        before, brace, rest = path.partition("{")
        name = f"{person.partition('@')[0]}.{rest.removesuffix('}')}"
        return before + str(self.orders.get(name) or self.stack.sandbox.notable(name)) if brace else path


@contextmanager
def running_showroom(folder: Path, **settings: str) -> Iterator[Showroom]:
    with (
        running_org(folder) as org,
        running_stack(folder, **org.settings, salesforce_poll_seconds="0.2", **settings) as stack,
    ):
        stack.command("staff", "grant", STAFF)
        orders = {}
        for person in ("ada", "yuki"):
            with stack.visitor(f"{person}@example.com") as customer:
                orders |= {f"{person}.{state}": each for state, each in _orders(stack, org, customer)}
        yield Showroom(stack, orders)


def _orders(stack: Stack, org: OrgSandbox, customer: httpx2.Client) -> Iterator[tuple[str, str]]:
    active, stopped, waiting = (_placed(customer) for _ in range(3))
    org.approve(org.order(active)["Id"])
    yield "active", _settled(customer, active, "active")
    # A saved card without its gateway cannot pay.
    stack.sandbox.control("PUT", "gateways", {"banktransfer": GATEWAYS["banktransfer"]})
    org.approve(org.order(stopped)["Id"])
    yield "stopped", _settled(customer, stopped, "failed")
    stack.sandbox.control("PUT", "gateways", GATEWAYS)
    stack.sandbox.tell("gateway.changed")
    yield "waiting", waiting


def _placed(customer: httpx2.Client) -> str:
    wanted = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 1}], "gateway": "banktransfer"}
    answer = customer.post("/api/v1/orders", json=wanted, headers={"Idempotency-Key": str(uuid4())})
    answer.raise_for_status()
    return _settled(customer, answer.json()["id"], "awaiting_approval")


def _settled(customer: httpx2.Client, order_id: str, wanted: str) -> str:
    deadline = time.monotonic() + 40
    while (order := customer.get(f"/api/v1/orders/{order_id}").json()).get("status") != wanted:
        assert time.monotonic() < deadline, order
        time.sleep(0.05)
    return order_id
