"""The fast path under maintenance."""

import pytest

from counterfoil.cache import open_cache
from tests.web.http.test_fast_path import Shop


@pytest.mark.anyio
async def test_under_maintenance_nothing_is_answered_from_the_cache() -> None:
    """What lies there for this very person is left to the guard, which knows who is staff."""
    cache = open_cache("memory://")
    await cache.start()
    shop = Shop(cache)
    await shop.sign_in("invoices")
    await shop.fill(b"cached")
    assert await shop.ask() == b"cached"
    assert await Shop(cache, is_closed=True).ask() is None
    await cache.close()
