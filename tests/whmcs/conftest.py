"""A scripted WHMCS, clients for it, and what was logged as the operator gets it."""

import io
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from counterfoil import log
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.client import WhmcsClient
from tests.whmcs.scripted import Scripted, scripted

IDENTIFIER, SECRET, ACCESS_KEY = "canary-identifier", "canary-secret", "canary-key"

Logged = Callable[[], list[dict[str, Any]]]
MakeClient = Callable[..., WhmcsClient]


@pytest.fixture
async def whmcs(anyio_backend: str) -> AsyncIterator[Scripted]:
    async with scripted() as server:
        yield server


@pytest.fixture
async def make_client(whmcs: Scripted) -> AsyncIterator[MakeClient]:
    made: list[WhmcsClient] = []

    def make(**changes: Any) -> WhmcsClient:
        given: dict[str, Any] = {"url": whmcs.url, "identifier": IDENTIFIER, "secret": SECRET, "timeout": 5.0} | changes
        made.append(WhmcsClient(**given))
        return made[-1]

    yield make
    for client in made:
        await client.close()


@pytest.fixture
def client(make_client: MakeClient) -> WhmcsClient:
    return make_client()


@pytest.fixture
def api(client: WhmcsClient) -> WhmcsApi:
    return WhmcsApi(client, timezone=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def logged() -> Logged:
    """The lines so far, as the portal's own logging writes them."""
    log.configure("debug", "json")
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    handler.setStream(written)
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]
