"""A WHMCS sandbox on a real port, in a thread, with a view inside."""

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from counterfoil_sandbox.proxy import running
from counterfoil_sandbox.whmcs import Options, create_app
from counterfoil_sandbox.whmcs.app import installation_of
from counterfoil_sandbox.whmcs.installation import Installation

CREDENTIALS = {"identifier": "sandbox-identifier", "secret": "sandbox-secret", "responsetype": "json"}
TODAY = dt.date(2026, 5, 12)


class Whmcs:
    """`call` asks the API as WHMCS's users do, `control` the interface for tests; `inside` is the real thing."""

    def __init__(self, url: str, inside: Installation, client: httpx2.Client) -> None:
        self.url = url
        self.inside = inside
        self.client = client

    def post(self, action: str, **params: object) -> httpx2.Response:
        data = CREDENTIALS | {"action": action} | {name: str(value) for name, value in params.items()}
        return self.client.post(f"{self.url}/includes/api.php", data=data)

    def call(self, action: str, **params: object) -> Any:
        answer = self.post(action, **params)
        assert answer.status_code == 200
        return answer.json()

    def control(self, method: str, path: str, body: object = None) -> Any:
        answer = self.client.request(method, f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def invoice(self, name: str) -> int:
        """The id of a seeded invoice by its name, e.g. "ada.overdue"."""
        return self.inside.ledger.notable[name]


@contextmanager
def running_whmcs(options: Options) -> Iterator[Whmcs]:
    app = create_app(options)
    installation_of(app).can_break_connections = True
    ready, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    port: list[int] = []

    async def serve() -> None:
        async with running(app, "127.0.0.1", 0) as chosen:
            port.append(chosen)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        with httpx2.Client(timeout=60, trust_env=False) as client:
            yield Whmcs(f"http://127.0.0.1:{port[0]}", installation_of(app), client)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        loop.close()


@pytest.fixture(scope="package")
def one_whmcs() -> Iterator[Whmcs]:
    with running_whmcs(Options(today=TODAY, big_client_invoices=600, more_clients=5)) as whmcs:
        yield whmcs


@pytest.fixture
def whmcs(one_whmcs: Whmcs) -> Whmcs:
    """As at the start: seeded for 12 May 2026, nothing broken."""
    one_whmcs.control("POST", "reset")
    one_whmcs.client.cookies.clear()
    return one_whmcs


@pytest.fixture
def sign_in(whmcs: Whmcs) -> Callable[..., str]:
    """Signs the HTTP client in by a one-time link; gives the address of the page that it leads to."""

    def enter(client_id: int, user_id: int, path: str = "") -> str:
        link = whmcs.call(
            "CreateSsoToken",
            client_id=client_id,
            user_id=user_id,
            destination="sso:custom_redirect",
            sso_redirect_path=path,
        )["redirect_url"]
        return str(whmcs.client.get(link).headers["location"])

    return enter
