"""The accounts room, wired as in app.build, on a real database and a real cache."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.forgetting import Forgetting, drop_copies
from counterfoil.accounts.notices import Effects
from counterfoil.accounts.rights import Rights
from counterfoil.accounts.sessions import Handle, Sessions
from counterfoil.accounts.sign_in import SignIn
from counterfoil.accounts.viewer import Viewer
from counterfoil.cache import Cache, open_cache
from counterfoil.db import tables
from counterfoil.db.engine import make_engine
from tests.accounts.whmcs import PASSWORD, Whmcs

KEY = b"a key of the tests, at least 32 bytes long"
ISSUER = "http://whmcs.test"


class Clock:
    """The wall clock of the portal's processes, set forward at will."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Portal:
    def __init__(self, engine: AsyncEngine, cache: Cache, whmcs: Whmcs, clock: Clock) -> None:
        self.engine, self.cache, self.whmcs, self.clock = engine, cache, whmcs, clock
        self.rights = Rights(engine, cache, whmcs, whmcs.name_and_language)
        self.forgetting = Forgetting(engine, cache, self.rights)
        self.unlocked: list[str] = []
        self.effects = Effects(self.forgetting.accounts, partial(drop_copies, cache), self._unlock)
        self.sign_in = SignIn(engine, whmcs, issuer=ISSUER, now=clock)
        self.sessions = self.with_keys(KEY)

    def with_keys(self, *keys: bytes) -> Sessions:
        return Sessions(self.engine, self.cache, self.rights, keys=keys, now=self.clock)

    async def _unlock(self, who: str) -> None:
        self.unlocked.append(who)

    async def cookie(self, email: str) -> str:
        """Of somebody who has just signed in."""
        return await self.sessions.open(await self.sign_in.with_password(email, PASSWORD))

    def handle(self, cookie: str) -> Handle:
        handle = self.sessions.read_cookie(cookie)
        assert handle is not None, cookie
        return handle

    async def peek(self, cookie: str) -> Viewer | None:
        """Whom the cache alone knows: the first half of a request."""
        handle = self.handle(cookie)
        found = (await self.cache.peek(handle.scope, [], session=handle.key)).session
        viewer = msgspec.json.decode(found, type=Viewer) if found else None
        return viewer if viewer is not None and viewer.scope == handle.scope else None

    async def who(self, cookie: str) -> Viewer | None:
        """As a request does it: cookie, cache, database."""
        if self.sessions.read_cookie(cookie) is None:
            return None
        viewer = await self.peek(cookie) or await self.sessions.find(self.handle(cookie))
        await self.sessions.last_seen.written()
        return viewer

    async def copies_expire(self, cookie: str) -> None:
        """What a minute does to the copy in the cache, without the minute."""
        handle = self.handle(cookie)
        await self.cache.put_session(handle.scope, handle.key, b"{}", 0.001)

    async def rows(self) -> int:
        async with self.engine.connect() as connection:
            return (await connection.execute(select(func.count()).select_from(tables.session))).scalar_one()


@asynccontextmanager
async def running(database_url: str, cache_url: str, whmcs: Whmcs | None = None) -> AsyncIterator[Portal]:
    """One process. Several on the same database and Redis see each other as they do in production."""
    engine, cache = make_engine(database_url), open_cache(cache_url)
    await cache.start()
    try:
        yield Portal(engine, cache, whmcs or Whmcs(), Clock())
    finally:
        await cache.close()
        await engine.dispose()
