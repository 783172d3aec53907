"""The event loop of `pytest.mark.anyio` tests that live in real time: the one that the portal's workers run on."""

from typing import Any

from counterfoil.cli.event_loop import new_loop

ON_THE_LOOP_OF_WORKERS: tuple[str, dict[str, Any]] = ("asyncio", {"loop_factory": new_loop})
