"""Fixtures that many rooms need. What they start is in servers.py, stack.py and browser.py."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from playwright.sync_api import Browser, Page

from counterfoil.redis import timing
from tests.browser import PATIENCE, Complaints, running_browser
from tests.loops import ON_THE_LOOP_OF_WORKERS
from tests.servers import PostgresServer, RedisServer, running_postgres, running_redis
from tests.speeds import pytest_collection_modifyitems, pytest_runtest_call, pytest_runtest_setup
from tests.stack import Stack, running_stack

__all__ = ["pytest_collection_modifyitems", "pytest_runtest_call", "pytest_runtest_setup"]

OpenPage = Callable[..., Page]
LAZY = type(structlog.get_logger())


@pytest.fixture
def anyio_backend() -> Any:
    """What `pytest.mark.anyio` tests run on."""
    return ON_THE_LOOP_OF_WORKERS


@pytest.fixture(scope="session", autouse=True)
def _trusting_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Reading the world's authorities' certificates takes 28 ms of each HTTP client, and nobody needs them here."""
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(tmp_path_factory.mktemp("no-authorities"))


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A test that sets up logging does so for itself: the next one in its process finds it as at the start.

    Loggers keep what they were set up with when they first wrote (`cache_logger_on_first_use`).
    """
    root, ours = logging.getLogger(), logging.getLogger("counterfoil")
    handlers, level = root.handlers[:], root.level
    yield
    if not structlog.is_configured():
        return
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(logging.NOTSET)
    modules = [module for name, module in sys.modules.items() if name.startswith("counterfoil")]
    for logger in [value for module in modules for value in vars(module).values() if isinstance(value, LAZY)]:
        vars(logger).pop("bind", None)


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def patient_with_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is not about a Redis that hangs: on a busy machine one that does not takes longer than half a second."""
    monkeypatch.setattr(timing, "COMMAND_LIMIT", 20.0)


@pytest.fixture
def redis_server(redis_process: RedisServer) -> RedisServer:
    """A running, empty Redis: `.url`."""
    redis_process.flush()
    return redis_process


@pytest.fixture(scope="session")
def postgres_process() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_process: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    url = postgres_process.new_database()
    yield url
    postgres_process.drop_database(url)


@pytest.fixture(params=["sqlite+memory", "postgresql+redis"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    """The portal as the smallest and as a grown installation runs it, with a WHMCS of its own."""
    if request.param == "sqlite+memory":
        with running_stack(tmp_path) as running:
            yield running
        return
    redis: RedisServer = request.getfixturevalue("redis_server")
    database_url: str = request.getfixturevalue("postgres_url")
    with running_stack(tmp_path, workers=2, database_url=database_url, cache_url=redis.url) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a module: while it runs, the module cannot have asynchronous tests."""
    with running_browser() as running:
        yield running


@pytest.fixture
def complaints() -> Complaints:
    """What the browser of this test complained about; a test that provokes a complaint adds it to `.expected`."""
    return Complaints()


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """Opens pages of fresh visitors; options are those of Playwright's `new_context`."""
    contexts = []

    def open_one(**options: Any) -> Page:
        desk = {"locale": "en-GB", "timezone_id": "Europe/London", "viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(**{**desk, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        complaints.listen_to(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints.unexpected()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A fresh visitor from Britain at a desk. Whatever the browser complains about fails the test."""
    return open_page()
