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

from proofs import machine
from proofs.adversary import Adversary
from proofs.books import Books
from proofs.edits import edit_on
from proofs.events import COMMAND_LIMIT, TAKEN_FOR_LOST, Call, Track, Trouble
from proofs.faults import Faults
from proofs.fleet import Fleet, Portal, portal_of, running_fleet
from proofs.history import MOST_MADE_GOOD, History
from proofs.plan import Plan
from proofs.readers import Customer
from proofs.recorder import Recorder
from proofs.stage import Stage
from proofs.truth import Truth, invoice_track, key_of

FIRST_CLIENT = 101
"""From here on the sandbox has customers nobody else plays with; user and client have the same number."""

AFRESH = "invoices changed without notice"
"""What the portal logs when it clears a client by itself."""

MISMATCH = "cache_mismatch"
"""What it logs before it clears one of whom it found something stale."""

MADE_GOOD = "lost webhooks made good"
GIVEN_UP = "changes could not be asked for"


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
        if plan.addon:
            await adversary.introduce_the_addon()
        await faults.slow_down()
        began = stage.recorder.began = time.monotonic()
        ends = began + plan.seconds
        looks = stage.recorder.watch_the_machine(), machine.watch(stage.fleet.portals, stage.recorder.busy)
        watching = [asyncio.create_task(look) for look in looks]
        await asyncio.gather(
            *(customer.read_on(ends) for customer in customers),
            *(adversary.trouble(client, ends) for client in books.clients),
            *([faults.kill_who_asks(ends)] if plan.addon else [adversary.gateways(ends)]),
            faults.break_on(ends),
            _hand_off_on(customers, stage, ends),
            edit_on(_who_edit(customers, stage), adversary, stage, ends),
        )
        seconds = time.monotonic() - began
        for customer in customers:
            customer.close()
        await adversary.settled()
        for task in watching:
            task.cancel()
        history = await _collect(stage)
    history.changes = adversary.changes
    return Run(history, stage.recorder.faults, adversary.webhooks, seconds)


async def _prepare(stage: Stage, adversary: Adversary) -> list[Customer]:
    """Clients with invoices of this run's own, and their sessions."""
    fleet, plan, _, books = stage
    chance = plan.chance("start")
    numbered = {"addon": True, "weather": {"mode": "lost"}} if plan.addon else {}
    await fleet.whmcs.control("PATCH", "settings", {"stamp_versions": True, **numbered})
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


def _who_edit(customers: list[Customer], stage: Stage) -> list[Customer]:
    """Everybody; not those with whom nothing but the addon's numbers shall clear in a lull."""
    return [each for each in customers if not stage.plan.addon or each.client != stage.books.clients[-1]]


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
    return History(
        lifetimes=plan.lifetimes,
        tracks=tracks,
        shown=recorder.resolved(Truth(tracks)),
        reads=recorder.reads,
        clears=recorder.clears,
        troubles=[*recorder.troubles, *(each for portal in fleet.portals for each in _losses(portal, recorder.unix))],
        edits=recorder.edits,
        calls=[each for call in await fleet.whmcs.calls() for each in _calls(call, books)],
        afresh=[found for portal in fleet.portals for found in _afresh(portal.child.log, recorder.unix)],
        made_good=[at for portal in fleet.portals for at in _made_good(portal.child.log, recorder.unix)],
        processes=len(fleet.portals),
        is_numbered=plan.addon,
        concurrency=plan.concurrency,
        patience=plan.patience,
        stalls=recorder.stalls,
        busy=recorder.busy,
    )


_THINGS = {
    "GetInvoices": "userid",
    "GetInvoice": "invoiceid",
    "GetClientsDetails": "clientid",
    "UpdateClient": "clientid",
    "CounterfoilInvoices": "clientid",
}


def _calls(call: Mapping[str, Any], books: Books) -> list[Call]:
    """One for each object that it was about. Client None: not one of those that are watched."""
    action, params = call["action"], call["params"]
    which = int(params.get(_THINGS.get(action, ""), 0))
    client = books.owner.get(which) if action == "GetInvoice" else which
    if client not in books.clients:
        client = None
    ended, hung = call["ended"] or time.monotonic(), "hang" in call["faults"]
    made = Call(f"{action} {which}", client, call["started"], ended, call["read_at"], hung)
    made = made._replace(portal=portal_of(call["caller"]), failed=hung or call["status"] != 200)
    if action == "CounterfoilInvoices":
        asked = [int(invoice) for invoice in params["invoiceids"].split(",")]
    elif action == "GetInvoice":
        asked = [which]
    else:
        return [made]
    return [
        made._replace(thing=f"GetInvoice {invoice}", is_shared=bool(books.guessed[invoice] - {client}))
        for invoice in asked
    ]


def _afresh(log: Path, unix: float) -> list[tuple[int, float]]:
    noticed = [(int(said["client_id"]), at) for said, at in _logged(log, AFRESH, unix)]
    return noticed + [
        (int(said["scope"][1:]), at) for said, at in _logged(log, MISMATCH, unix) if said["scope"] != "gw"
    ]


def _losses(portal: Portal, unix: float) -> list[Trouble]:
    """When it took Redis for lost, until a second later: the tries to reach it again come sooner."""
    lost = [at for said, at in _logged(portal.child.log, "redis_lost", unix) if said["purpose"] == "cache"]
    return [Trouble(TAKEN_FOR_LOST, f"portal {portal.number}", at - COMMAND_LIMIT, at + 1.0) for at in lost]


def _made_good(log: Path, unix: float) -> list[float]:
    done = [at for said, at in _logged(log, MADE_GOOD, unix) for _ in range(said["number"])]
    return done + [at for _, at in _logged(log, GIVEN_UP, unix) for _ in range(MOST_MADE_GOOD)]


def _logged(log: Path, event: str, unix: float) -> list[tuple[dict[str, Any], float]]:
    """The lines about it, and when they were written."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        found = [json.loads(line) for line in lines if event in line]
    return [(said, datetime.fromisoformat(said["timestamp"]).timestamp() - unix) for said in found]
