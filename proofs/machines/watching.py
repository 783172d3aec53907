"""People who read while machines are lost; a change in WHMCS that must be seen; an order that must be placed once."""

import json
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Self
from uuid import uuid4

import httpx2
from standardwebhooks.webhooks import Webhook

from proofs.machines.neighbours import WITHIN, until
from proofs.machines.shop import PORT, Shop

ADA = {"email": "ada@example.com", "password": "demo-password-1"}
PAGES = ("/", "/invoices", "/api/v1/invoices", "/payment-methods", "/profile")
ORDER = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 1}], "gateway": "stripe"}


class People:
    """Three, all the time, by way of the proxy. `seen`: what was answered since it was last asked for."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        with shop.client() as client:
            client.post("/api/v1/session", json=ADA).raise_for_status()
            self.cookies = client.cookies
        self._lock, self._over = threading.Lock(), threading.Event()
        self._statuses: Counter[str] = Counter()
        self._served_at, self._longest = time.monotonic(), 0.0
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(3)]

    def _read(self, first: int) -> None:
        with self.shop.client() as client:
            client.cookies = self.cookies
            for turn in range(first, 10_000_000):
                if self._over.is_set():
                    return
                try:
                    status = str(client.get(PAGES[turn % len(PAGES)]).status_code)
                except httpx2.HTTPError as error:
                    status = type(error).__name__
                self._note(status)
                time.sleep(0.05)

    def _note(self, status: str) -> None:
        with self._lock:
            now = time.monotonic()
            self._statuses[status] += 1
            self._longest = max(self._longest, now - self._served_at)
            if status == "200":
                self._served_at = now

    def seen(self) -> tuple[Counter[str], float]:
        """By status, and the longest time for which nobody was served."""
        with self._lock:
            found = self._statuses, max(self._longest, time.monotonic() - self._served_at)
            self._statuses, self._longest = Counter(), 0.0
            return found

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(WITHIN)

    def are_served(self) -> bool:
        """Every page, twice, so that each portal that the proxy asks is asked."""
        with self.shop.client() as client:
            client.cookies = self.cookies
            try:
                return all(client.get(path).status_code == 200 for path in PAGES * 2)
            except httpx2.HTTPError:
                return False


def change_is_seen(people: People, city: str) -> None:
    """F2: WHMCS changes, tells until it is heard, and from then on nobody anywhere sees what was before."""
    shop = people.shop
    credentials = {"identifier": "sandbox-identifier", "secret": "sandbox-secret", "responsetype": "json"}
    said = httpx2.post(
        f"{shop.whmcs_url}/includes/api.php",
        data={"action": "UpdateClient", "clientid": "1", "city": city, **credentials},
        timeout=WITHIN,
    )
    assert said.json()["result"] == "success", said.text
    name = str(uuid4())
    until(lambda: tell(shop, name), "an answer to a webhook")
    cookies = "; ".join(f"{cookie}={value}" for cookie, value in people.cookies.items())
    direct = {"Host": shop.url.removeprefix("https://"), "Cookie": cookies}
    seen: list[str] = []

    def is_served() -> bool:
        for url in [shop.url] * 4 + [f"http://{shop.hosts[name].address}:{PORT}" for name in shop.portals]:
            try:
                answer = httpx2.get(f"{url}/api/v1/profile", headers=direct, verify=shop.trusting, timeout=20)
            except httpx2.HTTPError:
                continue
            if answer.status_code == 200:
                seen.append(answer.json()["city"])
        return bool(seen)

    until(is_served, "an answer to whoever reads after the webhook")
    assert set(seen) == {city}, f"{seen} after the webhook's answer, {city} before it"


def tell(shop: Shop, name: str) -> bool:
    """Once. WHMCS's addon tries again until it hears a 2xx, and so does whoever calls this."""
    now = datetime.now(UTC)
    body = json.dumps({"type": "client.updated", "timestamp": now.isoformat(), "data": {"client_id": 1}})
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(shop.webhook_secret).sign(name, now, body),
    }
    try:
        with shop.client() as client:
            return client.post("/webhooks/whmcs", content=body, headers=headers).status_code == 204
    except httpx2.HTTPError:
        return False


def place_order(people: People) -> str:
    """As programs do: the same key until it is taken. Gives the order's id."""
    key, taken = str(uuid4()), list[str]()

    def is_taken() -> bool:
        try:
            with people.shop.client() as client:
                client.cookies = people.cookies
                answer = client.post("/api/v1/orders", json=ORDER, headers={"Idempotency-Key": key})
        except httpx2.HTTPError:
            return False
        assert answer.status_code in {202, 429, 500, 502, 503, 504}, answer.text
        if answer.status_code == 202:
            taken.append(answer.json()["id"])
        return bool(taken)

    until(is_taken, "an order that is taken")
    return taken[0]


def orders_in_whmcs(shop: Shop) -> int:
    credentials = {"identifier": "sandbox-identifier", "secret": "sandbox-secret", "responsetype": "json"}
    asked = {"action": "GetOrders", "userid": "1", "limitnum": "200", **credentials}
    answer = httpx2.post(f"{shop.whmcs_url}/includes/api.php", data=asked, timeout=WITHIN).json()
    return int(answer["totalresults"])
