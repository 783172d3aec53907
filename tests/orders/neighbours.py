"""WHMCS and Salesforce for the tests of orders, in threads of their own, and the settings of a portal between them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from litestar import Litestar

from counterfoil.settings import Settings, load
from counterfoil_sandbox.proxy import running
from counterfoil_sandbox.salesforce.app import create_app as create_org
from counterfoil_sandbox.salesforce.installation import Installation as Org
from counterfoil_sandbox.whmcs import Options, create_app
from counterfoil_sandbox.whmcs.app import installation_of
from counterfoil_sandbox.whmcs.installation import Installation as WhmcsStandIn


@contextmanager
def served(app: Litestar) -> Iterator[str]:
    """In a thread with a loop of its own; the address."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop, port = asyncio.Event(), list[int]()

    async def serve() -> None:
        async with running(app, "127.0.0.1", 0) as chosen:
            port.append(chosen)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield f"http://127.0.0.1:{port[0]}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        loop.close()


@dataclass(frozen=True)
class Neighbours:
    whmcs_url: str
    whmcs: WhmcsStandIn
    org_url: str
    org: Org

    def reset(self) -> None:
        """As they were seeded, with nothing broken."""
        self.reset_whmcs()
        self.org.reset()

    def reset_whmcs(self) -> None:
        self.whmcs.reset()
        self.whmcs.calls.clear()


@contextmanager
def neighbours() -> Iterator[Neighbours]:
    whmcs_app, org_app = create_app(Options(more_clients=0, big_client_invoices=1)), create_org()
    installation_of(whmcs_app).can_break_connections = True
    with served(whmcs_app) as whmcs_url, served(org_app) as org_url:
        yield Neighbours(whmcs_url, installation_of(whmcs_app), org_url, org_app.state.installation)


def settings_of(around: Neighbours, url: str, *, salesforce: bool = False, **changes: str) -> Settings:
    """Of a portal between these neighbours, on the database at `url`; `changes` in lower case."""
    given = {
        "SECRET_KEY": "x" * 32,
        "DATABASE_URL": url,
        "WHMCS_URL": around.whmcs_url,
        "WHMCS_IDENTIFIER": "sandbox-identifier",
        "WHMCS_SECRET": "sandbox-secret",
    }
    if salesforce:
        given |= {
            "SALESFORCE_URL": around.org_url,
            "SALESFORCE_CLIENT_ID": around.org.options.client_id,
            "SALESFORCE_USERNAME": around.org.options.username,
            "SALESFORCE_PRIVATE_KEY": around.org.private_key,
        }
    given |= {name.upper(): text for name, text in changes.items()}
    return load({f"COUNTERFOIL_{name}": value for name, value in {"ORDER_LIMIT": "none", **given}.items()})
