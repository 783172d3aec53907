"""Customers: several sessions of several clients, each reading one thing after the other from any of the portals."""

import asyncio
import time

import msgspec

from proofs.events import Clear, Read
from proofs.http import Answer, Caller
from proofs.stage import Stage

PASSWORD = "demo-password-1"  # noqa: S105 -- the sandbox's, printed for everybody
KINDS = ["list"] * 7 + ["detail"] * 6 + ["list page"] * 3 + ["detail page"] * 4
FORCED, CONDITIONAL, ODD = 0.003, 0.3, 0.06
"""Chances: a forced refresh, If-None-Match, an invoice that is not (or no more) this client's."""


class Customer:
    """One session. Its reads never overlap, so that "later" means something for it."""

    def __init__(self, name: str, client: int, stage: Stage) -> None:
        self.name, self.client = name, client
        self._fleet, self._plan, self._recorder, self._books = stage
        self._chance = stage.plan.chance(name)
        self._callers = {portal.number: Caller(portal.port) for portal in stage.fleet.portals}
        self._cookie = ""
        self._known: dict[str, tuple[str, int]] = {}

    async def sign_in(self, email: str) -> None:
        body = msgspec.json.encode({"email": email, "password": PASSWORD})
        answer = await self._callers[0].ask("POST", "/api/v1/session", {"content-type": "application/json"}, body)
        if answer.status != 204:
            raise RuntimeError(f"{email} cannot sign in: {answer}")
        self._cookie = answer.headers["set-cookie"].partition(";")[0]

    async def read_on(self, ends: float) -> None:
        while time.monotonic() < ends:
            await self._read()
            await asyncio.sleep(self._chance.uniform(*self._plan.think))

    async def _read(self) -> None:
        what = self._chance.choice(KINDS)
        invoice = self._books.some_invoice(self.client, self._chance, odd=self._chance.random() < ODD)
        path = {
            "list": "/api/v1/invoices?page_size=100",
            "list page": "/invoices",
            "detail": f"/api/v1/invoices/{invoice}",
            "detail page": f"/invoices/{invoice}",
        }[what]
        forced = not self._books.is_deaf(self.client) and self._chance.random() < FORCED
        headers = {"cookie": self._cookie}
        if forced:
            headers["cache-control"] = "no-cache"
        elif path in self._known and self._chance.random() < CONDITIONAL:
            headers["if-none-match"] = self._known[path][0]
        portal = self._chance.choice([portal.number for portal in self._fleet.portals if portal.is_up] or [0])
        started = time.monotonic()
        answer = await self._callers[portal].ask("GET", path, headers)
        ended = time.monotonic()
        shown, wrong = self._judged(what, path, invoice, answer)
        read = Read(started, ended, portal, self.name, self.client, what, answer.status, shown, forced, wrong)
        self._recorder.reads.append(read)
        if forced:
            self._recorder.clears.append(Clear("refresh", self.client, started, ended, answer.status, portal))
        if answer.status == 0:
            await asyncio.sleep(0.05)

    def _judged(self, what: str, path: str, invoice: int, answer: Answer) -> tuple[int, str]:
        """The number of what was shown, and what is wrong with the answer in itself."""
        if answer.status in {200, 304} and answer.headers.get("cache-control") != "private, no-cache":
            return -1, f"cache-control: {answer.headers.get('cache-control')}"
        if answer.status == 304:
            return self._known[path][1], ""
        if answer.status == 200:
            shown, wrong = self._recorder.shown(what, self.client, answer.body)
            self._known[path] = answer.headers["etag"], shown
            return shown, wrong
        if answer.status == 404 and what.startswith("detail"):
            is_right = b"nvoice not found" in answer.body
            return (self._recorder.missing(self.client, invoice), "") if is_right else (-1, "404 of another kind")
        if answer.status == 503:
            return -1, "" if _is_friendly(answer) else f"503 without words: {answer.body[:100]!r}"
        return -1, ""

    def close(self) -> None:
        for caller in self._callers.values():
            caller.close()

    async def move_to(self, address2: str) -> tuple[int, int]:
        """Saves a part of the address; the answer's status and by which portal. An answer that shows something else
        counts as none.
        """
        portal = self._chance.choice([portal.number for portal in self._fleet.portals if portal.is_up] or [0])
        caller = Caller(self._fleet.portals[portal].port)  # the others may be in use
        headers = {"cookie": self._cookie, "content-type": "application/merge-patch+json"}
        body = msgspec.json.encode({"address2": address2})
        answer = await caller.ask("PATCH", "/api/v1/profile", headers, body)
        caller.close()
        if answer.status == 200 and msgspec.json.decode(answer.body)["address2"] != address2:
            return 0, portal
        return answer.status, portal

    async def hand_off(self, invoice: int) -> Clear:
        """Asks for a link to pay; from its answer on WHMCS may change without a word."""
        portal = self._chance.choice([portal.number for portal in self._fleet.portals if portal.is_up] or [0])
        started = time.monotonic()
        path = f"/api/v1/invoices/{invoice}/payment-link"
        caller = Caller(self._fleet.portals[portal].port)  # the others may be in use
        answer = await caller.ask("POST", path, {"cookie": self._cookie})
        caller.close()
        return Clear("hand-off", self.client, started, time.monotonic(), answer.status, portal)


def _is_friendly(answer: Answer) -> bool:
    """Says what is the matter, and when to try again."""
    said = b"billing_unavailable", b"temporarily_unavailable", b"navailable</h1>"
    return "retry-after" in answer.headers and any(words in answer.body for words in said)
