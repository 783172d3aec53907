"""One stand-in WHMCS put together: its ledger, its book-keeper, its switches, and how it starts again from the seed."""

import asyncio
import random
import secrets
import time
from base64 import b64decode
from contextlib import suppress
from datetime import UTC, date, datetime
from datetime import time as time_of_day

import msgspec

from counterfoil_sandbox.webhooks import WebhookSender

from .addon import Addon
from .book_keeper import BookKeeper
from .calls import Calls
from .ledger import Ledger
from .oauth.provider import OpenId
from .options import Options
from .records import User
from .seed import seed
from .sso import Grant, Tokens
from .switches import Switches


class Visit(msgspec.Struct, frozen=True):
    """Who is signed in on the pages."""

    user_id: int
    client_id: int


class Installation:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.webhooks = WebhookSender(options.deliver_to, options.webhook_secret)
        self.calls = Calls()
        self.can_break_connections = False
        """Set by whoever serves through `proxy`; without it a reset or a truncated body cannot be shown."""
        self.released = asyncio.Event()
        """Set when faults are taken away: lets go of the calls that hang."""
        self._seeded: tuple[date, Ledger] | None = None
        self.reset()

    def reset(self) -> None:
        """Everything as at the start: data, switches, sign-ins. Deliveries under way go on."""
        started = time.time()
        shift = _shift(self.options, started)
        chance = random.Random(self.options.seed)  # noqa: S311 # not for secrets
        self.switches = Switches(chance, self.options.version, commit_lag=self.options.commit_lag)
        self.switches.addon = self.options.addon
        self.addon = Addon()
        self.ledger = Ledger(zone=self.options.zone, now=lambda: time.time() + shift)
        self.ledger.copy_from(self._seed(self.ledger.today()))
        self.book_keeper = BookKeeper(self.ledger, self.webhooks, self.switches, self.addon)
        self.tokens = Tokens(time.monotonic)
        self.openid = OpenId()
        self._visits: dict[str, Visit] = {}
        self.release()

    def _seed(self, today: date) -> Ledger:
        """Made once for each day: it takes 0.1 s, and tests start again from it hundreds of times."""
        if self._seeded is None or self._seeded[0] != today:
            self._seeded = (today, Ledger(zone=self.options.zone))
            seed(self._seeded[1], self.options, today)
        return self._seeded[1]

    def release(self) -> None:
        self.released.set()
        self.released = asyncio.Event()

    def sign_in(self, grant: Grant | Visit) -> str:
        """A session for the pages; the value of its cookie."""
        cookie = secrets.token_urlsafe(24)
        self._visits[cookie] = Visit(grant.user_id, grant.client_id)
        return cookie

    def visit(self, cookie: str) -> Visit | None:
        return self._visits.get(cookie)

    def sign_out(self, cookie: str) -> None:
        self._visits.pop(cookie, None)

    def is_control_key(self, header: str, authorization: str) -> bool:
        """Either way of giving it: a header of its own, or the password of HTTP Basic."""
        given = header
        if authorization.startswith("Basic "):
            with suppress(ValueError):
                given = b64decode(authorization[6:]).decode().partition(":")[2]
        return secrets.compare_digest(given.encode(), self.options.control_key.encode())

    def first_client(self, user: User) -> int:
        return next(iter(user.clients), 0)


def _shift(options: Options, started: float) -> float:
    """Seconds by which this WHMCS's clock is off, so that its day is the one asked for."""
    if options.today is None:
        return 0.0
    clock = datetime.fromtimestamp(started, UTC).astimezone(options.zone)
    wanted = datetime.combine(options.today, time_of_day(12), options.zone)
    return (wanted - clock).total_seconds()
