"""The real engine in made-up worlds: three processes, a WHMCS that commits late, faults drawn from a seed.

Many more of them: make prove-simulation.
"""

import os
import time
import zlib
from collections.abc import Iterator

import pytest
import structlog

from tests.cache.simulate import explore
from tests.cache.world import live

# Another one at every run, but the same in all of its processes, which must agree on the names of the tests.
FRESH = zlib.crc32(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(time.time())).encode()) % 1_000_000


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of outages are nothing to report here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("first", [0, 6, 12, 18, FRESH])
def test_worlds(first: int) -> None:
    """F0 to F9, F11, F13 and F14 in every world; a violation names the seed of its world."""
    tally = explore(range(first, first + 6), limit=4.0)
    assert tally.violations == []
    assert tally.reads > 100


def test_a_world_can_be_lived_again() -> None:
    """The same seed, the same history: a failure can be looked at."""
    first, second = live(7).history, live(7).history
    assert first.reads
    assert first == second
