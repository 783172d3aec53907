"""Customers change their address through the portal: what is promised after its answer, and when there is none."""

import asyncio
import time
from collections.abc import Sequence

from proofs.adversary import Adversary
from proofs.events import Clear, Edit
from proofs.readers import Customer
from proofs.stage import Stage

STILL_COMING = 4.0
"""Seconds in which WHMCS may still apply what nobody reported: above the portal's time limit for a call."""

BUMPS = 3
"""An edit ends the generation when it begins, when it ends, and once more where its end is not known."""


async def edit_on(customers: Sequence[Customer], adversary: Adversary, stage: Stage, ends: float) -> None:
    chance = stage.plan.chance("edits")
    while time.monotonic() < ends:
        await asyncio.sleep(min(chance.uniform(2, 5), max(0.0, ends - time.monotonic())))
        customer = chance.choice(customers)
        # Versions are numbered in the order of changes, so nobody else changes anything meanwhile.
        async with adversary.changing:
            lag = chance.choice([0.0, chance.uniform(0.0, 1.0)])
            await stage.fleet.whmcs.control("PATCH", "settings", {"commit_lag": lag})
            await _edit(customer, stage, lag)


async def _edit(customer: Customer, stage: Stage, lag: float) -> None:
    client, books = customer.client, stage.books
    number = len(books.addresses[client].versions)
    started = time.monotonic()
    status, portal = await customer.move_to(f"Suite {number}")
    ended = time.monotonic()
    stage.recorder.clears += [Clear("edit", client, started, ended, status, portal)] * BUMPS
    applied = ended if status == 200 else await _seen_at(stage, client, number)
    if applied is not None:
        books.address_changed(client, started, applied if status == 200 else applied + lag)
        stage.recorder.edits.append(Edit(client, number, ended, is_confirmed=status == 200))


async def _seen_at(stage: Stage, client: int, number: int) -> float | None:
    """When WHMCS had it at the latest; None when it never came."""
    until = time.monotonic() + STILL_COMING
    while True:
        found = await stage.fleet.whmcs.control("PATCH", f"clients/{client}", {"tell": False})
        now = time.monotonic()
        if found["address2"] == f"Suite {number}":
            return now
        if now > until:
            return None
        await asyncio.sleep(0.1)
