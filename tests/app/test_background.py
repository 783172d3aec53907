"""What every worker does besides answering goes on, whatever befalls it."""

import asyncio

import pytest

from counterfoil.app import background

pytestmark = pytest.mark.anyio


async def test_a_defect_ends_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that nobody would miss before orders pile up begins again after an error."""
    monkeypatch.setattr(background, "AFTER_A_DEFECT", 0.0)
    tries = 0
    is_third = asyncio.Event()

    async def fails_twice() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ZeroDivisionError
        is_third.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(background._for_ever("anything", fails_twice))
    await asyncio.wait_for(is_third.wait(), 60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert tries == 3
