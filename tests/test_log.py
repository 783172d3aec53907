"""What a log line may carry, whoever writes it."""

import io
import json
import logging

import pytest
import structlog

from counterfoil import log


@pytest.fixture
def written() -> io.StringIO:
    """What `debug` writes."""
    log.configure("debug", "json")
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    handler.setStream(stream)
    return stream


def test_debug_is_for_our_own_lines(written: io.StringIO) -> None:
    """The database drivers log every value of every statement there."""
    logging.getLogger("aiosqlite").debug("executing INSERT %s", ("canary@example.com",))
    structlog.get_logger("counterfoil.anything").debug("ours")
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["ours"]


def test_what_looks_like_a_secret_is_blanked(written: io.StringIO) -> None:
    """Under a telling name, inside a text, in a query string, and in a library's line."""
    ours = structlog.get_logger("counterfoil.anything")
    ours.warning("x", password="canary", remote_token="canary", cookie="canary", url="https://a.example/b?c=canary")
    logging.getLogger("library").warning("sent access_token=canary with whsec_canary")
    assert written.getvalue().count("\n") == 2
    assert "canary" not in written.getvalue()
