"""Two portals behind nginx, upgraded one after the other while people read and order, from the release before to this
one, on to a later one with a newer schema, and back: nobody meets an error, nobody has to sign in again, no order is
lost and none is placed twice.
"""

import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest

from proofs.deploy.buyers import Buyers
from proofs.deploy.proxies import Place, running
from proofs.deploy.releases import Release, after, before, this
from tests.processes import Child, free_port
from tests.servers import PostgresServer, RedisServer
from tests.stack import Sandbox, answers, plain_environment

pytestmark = pytest.mark.timeout(900)  # environments are built first

ADA = {"email": "ada@example.com", "password": "demo-password-1"}
SEEN = ("/", "/invoices", "/api/v1/invoices", "/api/v1/summary", "/payment-methods", "/profile", "/order")


class Machine:
    """One portal: whichever release runs there."""

    def __init__(self, number: int, folder: Path, settings: dict[str, str]) -> None:
        self.number, self.folder, self.port = number, folder, free_port()
        self._settings = settings
        self.child: Child | None = None

    def run(self, release: Release) -> None:
        self.stop()
        self.child = self.child_of(release, "serve", "--port", str(self.port))
        self.child.start(lambda: answers(f"http://127.0.0.1:{self.port}/readyz"), within=120)

    def child_of(self, release: Release, *words: str) -> Child:
        log = self.folder / f"{release.name}-{self.number}-{words[0]}.log"
        given = plain_environment() | self._settings | release.environment
        return Child([*release.command, *words], log, env=given, cwd=self.folder)

    def stop(self) -> None:
        if self.child is not None:
            assert self.child.stop(within=120) == 0, self.child.output()[-3000:]


class Readers:
    """People who read all the time: what they were answered, by status; what they were sent to sign in again for."""

    def __init__(self, url: str, trusting: ssl.SSLContext) -> None:
        self._url, self._trusting = url, trusting
        self.statuses: Counter[int | str] = Counter()
        self.failed: list[str] = []
        self._over = threading.Event()
        with self._client() as client:
            client.post("/api/v1/session", json=ADA).raise_for_status()
            self.cookies = client.cookies
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(3)]

    def _client(self, **more: Any) -> httpx2.Client:
        return httpx2.Client(base_url=self._url, verify=self._trusting, timeout=60, **more)

    def _read(self, first: int) -> None:
        with self._client(cookies=self.cookies) as client:
            for turn in range(first, 1_000_000):
                if self._over.is_set():
                    return
                path = SEEN[turn % len(SEEN)]
                try:
                    answer = client.get(path)
                except httpx2.HTTPError as error:
                    self.failed.append(f"{path}: {type(error).__name__}")
                    continue
                self.statuses[answer.status_code] += 1
                if answer.status_code != 200:
                    self.failed.append(f"{path}: {answer.status_code} {answer.text[:200]}")
                elif path == "/":
                    self._look_at_assets(client, answer.text)

    def _look_at_assets(self, client: httpx2.Client, page: str) -> None:
        """The page's style sheet is asked for at once, and the other machine may be the one to answer."""
        sheet = page.split('href="/static/portal.')[1].partition('"')[0]
        answer = client.get(f"/static/portal.{sheet}")
        if answer.status_code != 200:
            self.failed.append(f"/static/portal.{sheet}: {answer.status_code}")

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def change_city(self, city: str) -> None:
        """Written through one machine, seen through whichever."""
        with self._client(cookies=self.cookies) as client:
            client.patch("/api/v1/profile", json={"city": city}).raise_for_status()
            for _ in range(4):
                assert client.get("/api/v1/profile").json()["city"] == city


@pytest.fixture
def shop(
    tmp_path: Path, redis_server: RedisServer, postgres_url: str, postgres_process: PostgresServer
) -> Iterator[tuple[int, list[Machine], Sandbox]]:
    """The proxy's port, two machines on which nothing runs yet, and WHMCS."""
    port = free_port()
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    settings = {
        "COUNTERFOIL_BASE_URL": f"https://localhost:{port}",
        "COUNTERFOIL_TRUSTED_PROXIES": "127.0.0.1",
        "COUNTERFOIL_DATABASE_URL": postgres_url,
        "COUNTERFOIL_CACHE_URL": redis_server.url,
        "COUNTERFOIL_SECRET_KEY": "for-this-proof-only-and-nobody-else",
        "COUNTERFOIL_WHMCS_URL": sandbox.url,
        "COUNTERFOIL_WHMCS_IDENTIFIER": "sandbox-identifier",
        "COUNTERFOIL_WHMCS_SECRET": "sandbox-secret",
        "COUNTERFOIL_ORDER_LIMIT": "none",
        "COUNTERFOIL_LOG_FORMAT": "json",
    }
    machines = [Machine(number, tmp_path, settings) for number in (1, 2)]
    try:
        yield port, machines, sandbox
    finally:
        for machine in machines:
            if machine.child is not None:
                machine.child.stop(within=120)
        sandbox.child.stop()


def roll(machines: list[Machine], to: Release, readers: Readers) -> None:
    """One after the other, with time between for both to serve beside each other."""
    for number, machine in enumerate(machines):
        machine.run(to)
        time.sleep(2)
        readers.change_city(f"{to.name} {number}")


def test_releases_replace_each_other_unnoticed(
    shop: tuple[int, list[Machine], Sandbox], certificate: Path, trusting: ssl.SSLContext, tmp_path: Path
) -> None:
    port, machines, sandbox = shop
    one, two, three = before(tmp_path), this(), after(tmp_path)
    first = machines[0]
    assert first.child_of(one, "migrate").run(120) == 0
    for machine in machines:
        machine.run(one)
    (tmp_path / "nginx").mkdir()
    place = Place(tmp_path / "nginx", port, certificate, (machines[0].port, machines[1].port))
    with running("nginx", place) as url:
        readers = Readers(url, trusting)
        buyers = Buyers(url, trusting, readers.cookies, sandbox)
        with readers, buyers:
            time.sleep(2)
            for release in (two, three):
                assert first.child_of(release, "migrate").run(120) == 0
                roll(machines, release, readers)
            # Back by one: this release on the later schema, with its own doctor content with it.
            roll(machines, two, readers)
            said = first.child_of(two, "doctor")
            said.run(120)
            assert "a newer version has brought its schema to 9999" in said.output()
        states = buyers.states()
        buyers.close()
    print(f"\n{dict(buyers.tries)} orders: {dict(states)}, {buyers.doubled()} too many in WHMCS")
    assert set(states) == {"active"}
    assert buyers.doubled() == 0
    assert buyers.tries["202"] == len(buyers.placed) > 10
    print(f"\n{dict(readers.statuses)}, {len(readers.failed)} failed")
    assert readers.failed == []
    assert readers.statuses[200] > 100
