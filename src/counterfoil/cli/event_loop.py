"""Which event loop the workers run on: chosen here alone. Tests run on the same one (tests/conftest.py).

uvloop, wherever it installs: a warm read takes 118 us of processor time on it and 140 on asyncio's own, or on rloop.
"""

import asyncio
import time

from granian import loops

try:
    import uvloop
except ImportError:
    new_loop = asyncio.new_event_loop
else:

    class _Loop(uvloop.Loop):
        """uvloop's own time is that of the beginning of its turn. By it, whatever took long would seem to have taken no
        time: values would count too long, and a busy moment pass for somebody who has set Redis's clock.
        """

        time = staticmethod(time.monotonic)

    new_loop = _Loop


def use_in_workers() -> None:
    """Granian makes each worker's loop by the function that it knows as "auto"."""
    loops.register("auto")(_made_and_set)


def _made_and_set() -> asyncio.AbstractEventLoop:
    loop = new_loop()
    asyncio.set_event_loop(loop)
    return loop
