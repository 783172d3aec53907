"""One run from start to end: the fleet up, customers and adversary at work, everything collected into a History."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from proofs.adversary import Adversary
from proofs.books import Books
from proofs.edits import edit_on
from proofs.faults import Faults
from proofs.fleet import Fleet, running_fleet
from proofs.history import Call, History, Track
from proofs.plan import Plan
from proofs.readers import Customer
from proofs.recorder import Recorder
from proofs.stage import Stage
from proofs.truth import Truth, invoice_track, key_of

FIRST_CLIENT = 101
"""From here on the sandbox has customers nobody else plays with; user and client have the same number."""

AFRESH = "invoices changed without notice"
"""What the portal logs when it clears a client by itself."""


@dataclass
class Run:
    history: History
    faults: Counter[str]
    webhooks: Counter[str]
    seconds: float


async def run(plan: Plan, folder: Path, database_url: str) -> Run:
    books = Books([FIRST_CLIENT + at for at in range(plan.clients)])
    stage = Stage(Fleet(folder, database_url, plan.settings), plan, Recorder(), books)
    async with running_fleet(stage.fleet):
        adversary, faults = Adversary(stage), Faults(stage)
        customers = await _prepare(stage, adversary)
        await faults.slow_down()
        began = stage.recorder.began = time.monotonic()
        ends = began + plan.seconds
        await asyncio.gather(
            *(customer.read_on(ends) for customer in customers),
            *(adversary.trouble(client, ends) for client in books.clients),
            adversary.gateways(ends),
            faults.break_on(ends),
            _hand_off_on(customers, stage, ends),
            edit_on(customers, adversary, stage, ends),
        )
        seconds = time.monotonic() - began
        for customer in customers:
            customer.close()
        await adversary.settled()
        history = await _collect(stage)
    history.changes = adversary.changes
    return Run(history, stage.recorder.faults, adversary.webhooks, seconds)


async def _prepare(stage: Stage, adversary: Adversary) -> list[Customer]:
    """Clients with invoices of this run's own, and their sessions."""
    fleet, plan, _, books = stage
    chance = plan.chance("start")
    await fleet.whmcs.control("PATCH", "settings", {"stamp_versions": True})
    customers = []
    for client in books.clients:
        for invoice in await fleet.whmcs.control("GET", f"invoices?client={client}"):
            await fleet.whmcs.control("DELETE", f"invoices/{invoice['id']}?tell=false")
        for _ in range(plan.invoices):
            await adversary.changes_of.create(client, chance)
        email = f"reader-{client}@example.com"
        await fleet.whmcs.control("PATCH", f"users/{client}", {"email": email})
        for number in range(plan.sessions):
            customer = Customer(f"{client}/{number}", client, stage)
            await customer.sign_in(email)
            customers.append(customer)
    return customers


async def _hand_off_on(customers: list[Customer], stage: Stage, ends: float) -> None:
    """Two of the clients go to WHMCS to pay now and then, one of them with a WHMCS that falls silent in lulls; the
    others never, so that their lifetimes can be seen.
    """
    _, plan, recorder, books = stage
    chance = plan.chance("hand-offs")
    going = [customer for customer in customers if customer.client in books.clients[1:3]]
    while time.monotonic() < ends:
        await asyncio.sleep(min(chance.uniform(3, 8), max(0.0, ends - time.monotonic())))
        customer = chance.choice(going)
        recorder.clears.append(await customer.hand_off(books.some_payable(customer.client, chance)))


async def _collect(stage: Stage) -> History:
    fleet, plan, recorder, books = stage
    tracks: dict[str, Track] = dict(books.tracks)
    for invoice, client in books.owner.items():
        tracks[key_of(invoice)] = invoice_track(client, await fleet.whmcs.control("GET", f"invoices/{invoice}/history"))
    calls = (await fleet.whmcs.control("GET", "calls"))["calls"]
    return History(
        lifetimes=plan.lifetimes,
        tracks=tracks,
        shown=recorder.resolved(Truth(tracks)),
        reads=recorder.reads,
        clears=recorder.clears,
        troubles=recorder.troubles,
        edits=recorder.edits,
        calls=[_call(call, books) for call in calls],
        afresh=[found for portal in fleet.portals for found in _afresh(portal.child.log, recorder.unix)],
        processes=len(fleet.portals),
    )


_THINGS = {"GetInvoices": "userid", "GetInvoice": "invoiceid", "GetClientsDetails": "clientid"}


def _call(call: Mapping[str, Any], books: Books) -> Call:
    """Client None: not one of those that are watched."""
    action, params = call["action"], call["params"]
    which = int(params.get(_THINGS.get(action, ""), 0))
    client = books.owner.get(which) if action == "GetInvoice" else which
    if client not in books.clients:
        client = None
    is_shared = action == "GetInvoice" and bool(books.guessed[which] - {client})
    ended, hung = call["ended"] or time.monotonic(), "hang" in call["faults"]
    return Call(f"{action} {which}", client, call["started"], ended, call["read_at"], hung, is_shared)


def _afresh(log: Path, unix: float) -> list[tuple[int, float]]:
    found = []
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if AFRESH in line:
                said = json.loads(line)
                found.append((int(said["client_id"]), datetime.fromisoformat(said["timestamp"]).timestamp() - unix))
    return found
