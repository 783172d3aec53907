"""One hit in many is compared with WHMCS: what is found, what is told of it, and whom it never troubles."""

import asyncio

import pytest

from counterfoil import errors
from counterfoil.cache import Cache
from counterfoil.cache.spot_checks import GRACE, PAUSE
from tests.cache.fleet import ADA, Fleet, Whmcs, until, value

pytestmark = pytest.mark.anyio

LONGEST = 5.0
WITHIN = GRACE + 5


class Watched:
    """A process that checks one hit in three, with a value in its cache. `is_idle`: whether WHMCS has nothing to do."""

    def __init__(self, cache: Cache, whmcs: Whmcs) -> None:
        self.cache, self.whmcs, self.is_idle = cache, whmcs, True
        cache.spot_checks.begin(3, LONGEST, lambda: self.is_idle)

    async def hits(self, number: int = 3) -> None:
        for _ in range(number):
            await value(self.cache, self.whmcs.part())

    @property
    def outcomes(self) -> dict[str, int]:
        names = ("same", "cleared", "stale", "failed")
        counted = {name: getattr(self.cache.counters, f"checks_{name}") for name in names}
        return {name: number for name, number in counted.items() if number}


@pytest.fixture
async def watched(fleet: Fleet, whmcs: Whmcs) -> Watched:
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    assert whmcs.calls == 1
    return Watched(cache, whmcs)


async def test_what_is_kept_is_as_whmcs_has_it(watched: Watched) -> None:
    """One call for it, and readers get what is kept, as before."""
    await watched.hits(2)
    assert watched.outcomes == {}
    await watched.hits(1)
    await until(lambda: watched.outcomes == {"same": 1})
    assert watched.whmcs.calls == 2
    await watched.hits(100)
    assert watched.whmcs.calls == 2, "there is a pause between two"


async def test_something_stale_is_counted_told_and_cleared(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing has told of the change within the time in which a webhook may come."""
    watched.whmcs.version = 2
    await watched.hits()
    await until(lambda: watched.outcomes == {"stale": 1}, WITHIN)
    assert 0 < watched.cache.counters.stale_seconds < WITHIN
    await until(lambda: shows(watched, b"v2"))
    said = capsys.readouterr()
    line = next(line for line in (said.out + said.err).splitlines() if "cache_mismatch" in line)
    assert "invoices" in line
    assert "v1" not in line
    assert "v2" not in line


async def shows(watched: Watched, expected: bytes) -> bool:
    return await value(watched.cache, watched.whmcs.part()) == expected


async def test_a_change_whose_webhook_comes_is_no_fault(watched: Watched) -> None:
    """It may become visible just before the webhook comes."""
    watched.whmcs.version = 2
    await watched.hits()
    await until(lambda: watched.whmcs.calls == 2)
    await watched.cache.clear(ADA)
    await until(lambda: watched.outcomes == {"cleared": 1}, WITHIN)
    assert watched.cache.counters.stale_seconds == 0


async def test_a_lost_record_is_no_fault(watched: Watched, fleet: Fleet) -> None:
    """With it everything is gone that was kept."""
    watched.whmcs.version = 2
    await watched.hits()
    await until(lambda: watched.whmcs.calls == 2)
    fleet.forget("g")
    await until(lambda: watched.outcomes == {"cleared": 1}, WITHIN)


async def test_a_failure_is_nobodys(watched: Watched) -> None:
    """Those who read do not hear of it."""
    watched.whmcs.fails_with = errors.BillingUnavailable("down")
    await watched.hits()
    await until(lambda: watched.outcomes == {"failed": 1})
    await watched.hits()
    assert watched.cache.counters.failures == 0


async def test_whmcs_is_left_alone_while_it_has_something_to_do(watched: Watched) -> None:
    """Or while it is paused after failures: the call that tries it again is a customer's. It is made up for later."""
    watched.is_idle = False
    await watched.hits(10)
    assert watched.cache.spot_checks._task is None
    watched.is_idle = True
    await watched.hits(1)
    await until(lambda: watched.outcomes == {"same": 1})


async def test_one_at_a_time(watched: Watched) -> None:
    watched.whmcs.latency = 0.5
    await watched.hits(3)
    await watched.hits(10)
    await until(lambda: watched.outcomes == {"same": 1})
    assert (watched.whmcs.calls, watched.whmcs.most_at_once) == (2, 1)


async def test_one_at_a_time_in_the_fleet(fleet: Fleet, whmcs: Whmcs) -> None:
    """F8: another process looks at something else or later, and who has lost the value waits."""
    caches = await fleet.settled(), await fleet.process()
    await value(caches[0], whmcs.part())
    one, other = (Watched(cache, whmcs) for cache in caches)
    whmcs.latency = 0.5
    await one.hits(3)
    await until(lambda: whmcs.calls == 2)
    await other.hits(3)
    fleet.forget("e")
    await value(other.cache, whmcs.part())
    await until(lambda: one.outcomes == {"same": 1})
    assert (whmcs.calls, whmcs.most_at_once, other.outcomes) == (3, 1, {})


async def test_what_is_about_to_expire_is_left_alone(fleet: Fleet, whmcs: Whmcs) -> None:
    """Otherwise readers might wait for it."""
    cache = await fleet.settled()
    brief = whmcs.part("brief", LONGEST)
    await value(cache, brief)
    watched = Watched(cache, whmcs)
    for _ in range(10):
        await value(cache, brief)
    assert (watched.outcomes, whmcs.calls) == ({}, 1)


async def test_never_is_never(watched: Watched) -> None:
    watched.cache.spot_checks.begin(0, LONGEST, lambda: True)
    await watched.hits(100)
    assert watched.whmcs.calls == 1


@pytest.mark.parametrize("kind", ["memory"], indirect=True)
async def test_the_next_one_comes_after_a_pause(watched: Watched) -> None:
    await watched.hits()
    await until(lambda: watched.outcomes == {"same": 1})
    await asyncio.sleep(PAUSE)
    await watched.hits()
    await until(lambda: watched.outcomes == {"same": 2})


async def test_closing_ends_it(watched: Watched) -> None:
    watched.whmcs.latency = 60.0
    await watched.hits()
    await until(lambda: watched.whmcs.calls == 2)
    await watched.cache.close()
    assert watched.outcomes == {}
