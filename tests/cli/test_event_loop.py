"""The loop that the workers run on."""

import asyncio
import importlib.util
import time
from pathlib import Path

import pytest

from counterfoil.cli.event_loop import new_loop
from tests.stack import running_stack


@pytest.mark.anyio
async def test_its_time_passes_while_it_is_busy() -> None:
    """By it the cache judges how old values are and whether Redis's clock was set: work that takes long takes time."""
    loop = asyncio.get_running_loop()
    before = loop.time()
    time.sleep(0.05)  # noqa: ASYNC251 - the loop is to be busy
    assert loop.time() - before >= 0.05
    waited = loop.time()
    await asyncio.sleep(0.02)
    assert loop.time() - waited >= 0.019


@pytest.mark.anyio
async def test_tests_run_on_it() -> None:
    assert isinstance(asyncio.get_running_loop(), new_loop if isinstance(new_loop, type) else object)


def test_it_is_uvloop_where_that_installs() -> None:
    loop = new_loop()
    try:
        assert type(loop).__mro__[1].__module__.startswith("uvloop") == bool(importlib.util.find_spec("uvloop"))
    finally:
        loop.close()


def test_a_worker_runs_on_it(tmp_path: Path) -> None:
    """What is measured and tested is what is served: the library is in the worker's memory."""
    with running_stack(tmp_path) as stack:
        children = Path(f"/proc/{stack.portal.pid}/task/{stack.portal.pid}/children").read_text().split()
        assert children
        assert all("uvloop" in Path(f"/proc/{pid}/maps").read_text() for pid in children)
