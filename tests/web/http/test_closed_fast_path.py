"""The fast path under maintenance."""

from typing import Any

import pytest

from counterfoil import log
from counterfoil.accounts.sessions import Sessions
from counterfoil.cache import open_cache
from counterfoil.db.engine import make_engine
from counterfoil.web.http.edge import Rules
from counterfoil.web.http.fast_path import FastPath, PlainRequests
from counterfoil.web.http.origin_policy import OriginPolicy
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.tokens.bearer import Bearers
from tests.web.http.shop import NoTokens, Shop, _nobody
from tests.web.http.test_cached_permissions import KEY, Nobody, _cookie
from tests.web.settings import settings


class ClosedShop(Shop):
    """The same, under maintenance."""

    def __init__(self, cache: Any) -> None:
        super().__init__(cache)
        sessions = Sessions(make_engine("sqlite+aiosqlite://"), cache, Nobody(), keys=[KEY])
        closed: dict[str, Any] = {"bearers": Bearers(NoTokens()), "new_cookie": _cookie, "is_closed": True}
        responses = ResponseCache(_nobody, cache=cache, sessions=sessions, version="1", **closed)
        requests = PlainRequests(OriginPolicy(settings(base_url="https://portal.example")), responses)
        rules = Rules(None, (), (), None, (), log.RequestIds())  # type: ignore[arg-type]
        self.front = FastPath(requests, responses, cache, rules)


@pytest.mark.anyio
async def test_under_maintenance_nothing_is_answered_from_the_cache() -> None:
    """What lies there for this very person is left to the guard, which knows who is staff."""
    cache = open_cache("memory://")
    await cache.start()
    shop = Shop(cache)
    await shop.sign_in("invoices")
    await shop.fill(b"cached")
    assert await shop.ask() == b"cached"
    assert await ClosedShop(cache).ask() is None
    await cache.close()
