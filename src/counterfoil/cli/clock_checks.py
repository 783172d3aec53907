"""The doctor's look at the clocks of the database's and Redis's machines. WHMCS's: whmcs_checks.py."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

from counterfoil.cli.findings import Finding, ok, warn
from counterfoil.cli.portal_checks import ANSWER_TIMEOUT
from counterfoil.db.clock import DatabaseClock, utc_now
from counterfoil.db.engine import is_sqlite, make_engine
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.redis.address import parse_address
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.inspection import inspect
from counterfoil.settings import Settings

APART = timedelta(seconds=30)
"""As of the alert CounterfoilClocksApart."""

_ADVICE = "Let NTP set both: sessions and signatures of webhooks go by this machine's, the age of pages by Redis's."


async def clocks(settings: Settings, machine: Callable[[], datetime] = utc_now) -> AsyncIterator[Finding]:
    """Against `machine`, this one's. Who does not answer has had a line already."""
    if not is_sqlite(settings.database_url) and (there := await _database(settings.database_url)):
        yield _compared("clock of the database", there - machine())
    if not settings.cache_url.startswith("memory:") and (there := await _redis(settings.cache_url)):
        yield _compared("clock of the cache", there - machine())


async def _database(url: str) -> datetime | None:
    engine = make_engine(url)
    clock = DatabaseClock(engine)
    try:
        await clock.follow()
    except TemporarilyUnavailable:
        return None
    finally:
        await engine.dispose()
    return clock()


async def _redis(url: str) -> datetime | None:
    try:
        redis = await inspect(parse_address(url), ANSWER_TIMEOUT)
    except (RedisAway, OSError):
        return None
    try:
        return datetime.fromtimestamp(await redis.time(), UTC)
    except RedisAway:
        return None
    finally:
        redis.close()


def _compared(check: str, ahead: timedelta) -> Finding:
    if abs(ahead) <= APART:
        return ok(check, "agrees with ours")
    side = "ahead of" if ahead > timedelta() else "behind"
    return warn(check, f"is {abs(ahead).total_seconds():.0f} s {side} this machine's", _ADVICE)
