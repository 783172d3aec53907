"""What the running portal answers to everybody on every route, in the words of docs/routes.md."""

import re
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

import httpx2

from tests.inventory.callers import ADA, CALLERS, DINA, Caller, admit, admitted, token_of
from tests.inventory.requests import BODIES, LEAVING, Asking, World
from tests.shape.test_routes import ROUTES, SAFE, Route, name_of
from tests.stack import Stack

KINDS = {
    "application/json": "json",
    "application/vnd.oai.openapi+json": "json",
    "text/html": "html",
    "text/csv": "csv",
}

PROGRAMS = ("/api/v1/", "/api/openapi", "/webhooks/", "/healthz", "/readyz", "/metrics")
"""Who asks these takes whatever there is; the rest is asked for by a browser."""

Table = dict[str, dict[str, str]]
"""Route -> heading of the column -> what it says."""


def observe(stack: Stack) -> Table:
    table: Table = {}
    admit(stack)
    with ExitStack() as sessions:
        whmcs = sessions.enter_context(httpx2.Client(base_url=stack.sandbox.url, timeout=60))
        clients = {caller: sessions.enter_context(admitted(stack, caller)) for caller in CALLERS}
        owner, staff = (client_of(heading, clients) for heading in ("owner", "staff"))
        observer = Observer(stack, whmcs, prepared(stack, owner, staff), owner)
        for route in in_order():
            table[name_of(route)] = observer.row(route, clients)
    return table


def in_order() -> list[Route]:
    """Reads first, while nothing was changed."""
    writing = [route for route in ROUTES if route.method not in SAFE and name_of(route) not in LEAVING]
    leaving = [route for name in LEAVING for route in ROUTES if name_of(route) == name]
    return [*(route for route in ROUTES if route.method in SAFE), *writing, *leaving]


def client_of(heading: str, clients: Mapping[Caller, httpx2.Client]) -> httpx2.Client:
    return next(client for caller, client in clients.items() if caller.heading == heading)


def prepared(stack: Stack, ada: httpx2.Client, nora: httpx2.Client) -> World:
    item = {"product_id": 2, "billing_cycle": "monthly", "quantity": 1}
    wanted, headers = {"items": [item], "gateway": "stripe"}, {"idempotency-key": "inventory"}
    placed = ada.post("/api/v1/orders", json=wanted, headers=headers)
    placed.raise_for_status()
    settle(ada)
    for _ in range(2):
        with stack.visitor(ADA):
            token_of(ada, "read")
    with stack.visitor(DINA):
        account = found(r"/staff/people/(\d+)/sign-out", nora.get("/staff/clients/4"))
    spare = [each["id"] for each in ada.get("/api/v1/sessions").json()["items"] if not each["is_current"]]
    tokens = [each["id"] for each in ada.get("/api/v1/tokens").json()["items"]]
    shown = {
        quantity: found(r'name="seen" value="([^"]*)"', ada.get(f"/order?offer=3:monthly&quantity={quantity}"))
        for quantity in range(2, 2 + len(CALLERS))
    }
    return World(
        invoice=stack.sandbox.notable("ada.overdue"),
        other_invoice=stack.sandbox.notable("ada.due_soon"),
        order=placed.json()["id"],
        asset=found(r"/static/([^\"]+\.css)", ada.get("/")),
        account=account,
        sessions=(spare[0], spare[1]),
        tokens=(tokens[0], tokens[1]),
        prices=shown,
    )


def found(pattern: str, page: httpx2.Response) -> str:
    match = re.search(pattern, page.text)
    assert match, (pattern, page.url, page.status_code)
    return match[1]


def settle(ada: httpx2.Client) -> None:
    """Returns when no order is under way."""
    deadline = time.monotonic() + 60
    while {each["status"] for each in ada.get("/api/v1/orders").json()["items"]} - {"active", "failed", "cancelled"}:
        assert time.monotonic() < deadline, "an order does not end"
        time.sleep(0.05)


class Answer(NamedTuple):
    said: str
    changes_nothing: bool


class Observer:
    """`owner` is whose orders are waited for."""

    def __init__(self, stack: Stack, whmcs: httpx2.Client, world: World, owner: httpx2.Client) -> None:
        self._stack = stack
        self._whmcs = whmcs
        self._world = world
        self._owner = owner

    def row(self, route: Route, clients: Mapping[Caller, httpx2.Client]) -> dict[str, str]:
        """Whoever owns something comes last: it may be gone then. When nobody's read reached WHMCS, it is warm for all
        of them, and nobody is asked again.
        """
        if route.method in SAFE:
            self._forget_calls()
            told = {caller.heading: self._ask(route, caller, client).said for caller, client in clients.items()}
            if not self._calls():
                return told
        row = {}
        for caller, client in sorted(clients.items(), key=lambda each: each[0].email == ADA):
            if name_of(route) in LEAVING and not caller.scope:
                with admitted(self._stack, caller) as another:
                    row[caller.heading] = self._look(route, caller, another)
            else:
                row[caller.heading] = self._look(route, caller, client)
            if caller.scope:
                client.cookies.clear()  # a program that signed in by the page has a session besides
        return row

    def _look(self, route: Route, caller: Caller, client: httpx2.Client) -> str:
        """What changes nothing is asked for until it is warm. If it never is: what it asks for every time."""
        said, changes_nothing, told = self._once(route, caller, client)
        for _ in range(3 if changes_nothing else 0):
            if not told:
                break
            said, _, again = self._once(route, caller, client)
            told &= again
        return said + (": " + ", ".join(sorted(told)) if told else "")

    def _once(self, route: Route, caller: Caller, client: httpx2.Client) -> tuple[str, bool, set[str]]:
        self._forget_calls()
        said, changes_nothing = self._ask(route, caller, client)
        if "/order" in route.path and not changes_nothing:
            settle(self._owner)
        return said, changes_nothing, {each for each in self._calls() if changes_nothing or not each.startswith("Get")}

    def _ask(self, route: Route, caller: Caller, client: httpx2.Client) -> Answer:
        asking = Asking(self._world, caller, CALLERS.index(caller), client)
        sent = BODIES[name_of(route)](asking) if name_of(route) in BODIES else {}
        wanted = "*/*" if route.path.startswith(PROGRAMS) else "text/html"
        headers = {"accept": wanted, **sent.pop("headers", {})}
        with client.stream(route.method, self._world.fill(route.path), headers=headers, **sent) as answer:
            kind = self._kind(answer)
        is_refused = answer.status_code in {401, 403} or kind == "to /sign-in"
        return Answer(f"{answer.status_code} {kind}", is_refused or route.method in SAFE)

    def _forget_calls(self) -> None:
        self._whmcs.delete("/_sandbox/calls").raise_for_status()

    def _calls(self) -> set[str]:
        return {call["action"] for call in self._whmcs.get("/_sandbox/calls").json()["calls"]}

    def _kind(self, answer: httpx2.Response) -> str:
        if answer.is_redirect:
            answer.read()
            return "to " + self._where(answer.headers["location"])
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        if media_type == "text/event-stream":
            return "stream"  # which has no end
        answer.read()  # so that the connection is kept
        if media_type == "application/problem+json":
            return f"problem {answer.json()['code']}"
        if not media_type:
            return "empty"
        return KINDS.get(media_type, media_type.rpartition("/")[2])

    def _where(self, location: str) -> str:
        if location.startswith(self._stack.sandbox.url):
            return "WHMCS"
        path = location.removeprefix(self._stack.url).partition("?")[0]
        return re.sub(r"/(?=[^/]*[0-9])[^/]+", "/…", path)
