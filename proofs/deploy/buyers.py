"""People who order all the time while portals are replaced, as programs should: with a key, and again with the same key
when no answer came. What became of every order, and what WHMCS has of them.
"""

import ssl
import threading
import time
from collections import Counter
from typing import Any, Self
from uuid import uuid4

import httpx2

from tests.stack import Sandbox

WANTED = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 1}], "gateway": "stripe"}
PAUSE = 0.5
"""Seconds between two orders, and three times as long as the last one took: WHMCS is asked a dozen times for each, and
once more by every overview for its invoice, which a slow machine would not answer in time for dozens of them."""

MOST_TRIES = 100

PATIENCE = 120.0
"""Seconds until the last order must be active: an order of a process that was killed is free after 15."""


class Buyers:
    """Enter: they begin. Leave: they have stopped. `states` and `doubled` then say what came of it."""

    def __init__(self, url: str, trusting: ssl.SSLContext, cookies: httpx2.Cookies, sandbox: Sandbox) -> None:
        self._client = httpx2.Client(base_url=url, verify=trusting, timeout=60, cookies=cookies)
        self._sandbox = sandbox
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._buy)
        self.placed: dict[str, str] = {}
        """The order's id by its key."""
        self.tries: Counter[str] = Counter()
        """What they were answered: a status, or the error of a connection."""
        self._before = self._ordered_in_whmcs()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(120)

    def _buy(self) -> None:
        pause = PAUSE
        while not self._over.wait(pause):
            key, began = str(uuid4()), time.monotonic()
            # The last one too is tried until it is known what came of it.
            for _ in range(MOST_TRIES):
                if self._has_placed(key):
                    break
                time.sleep(PAUSE)
            pause = PAUSE + 3 * (time.monotonic() - began)

    def _has_placed(self, key: str) -> bool:
        try:
            answer = self._client.post("/api/v1/orders", json=WANTED, headers={"Idempotency-Key": key})
        except httpx2.HTTPError as error:
            self.tries[type(error).__name__] += 1
            return False
        self.tries[str(answer.status_code)] += 1
        if answer.status_code == 202:
            self.placed[key] = answer.json()["id"]
        return answer.status_code == 202

    def states(self) -> Counter[str]:
        """Of all that were placed, once none is under way any more, or after `PATIENCE`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            seen = Counter(self._client.get(f"/api/v1/orders/{order}").json()["status"] for order in self._ids())
            if not set(seen) & {"accepted", "fulfilling"} or time.monotonic() > deadline:
                return seen
            time.sleep(0.5)

    def _ids(self) -> set[str]:
        return set(self.placed.values())

    def doubled(self) -> int:
        """How many more orders WHMCS has than were placed; below zero: how many it lacks."""
        return len(self._ordered_in_whmcs() - self._before) - len(self._ids())

    def _ordered_in_whmcs(self) -> set[Any]:
        orders = self._sandbox.api("GetOrders", userid=1, limitnum=1000)["orders"]
        return {order["id"] for order in orders["order"]} if orders else set()

    def close(self) -> None:
        self._client.close()
