"""Keeps connections up: the first command that finds one hung pays for it, the rest fail at once until all are back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from counterfoil.redis import timing
from counterfoil.redis.address import Address
from counterfoil.redis.cluster import ClusterTopology
from counterfoil.redis.connection import Argument, Connection, connect, unwrap
from counterfoil.redis.failures import OneOfACluster, RedisAway
from counterfoil.redis.info import mode_of, parse_info
from counterfoil.redis.sentinel import SentinelTopology
from counterfoil.redis.topology import Layout, Place, StaticTopology, Topology

_log = structlog.get_logger(__name__)


class Server:
    """A connection that was greeted. `run`: what its keys begin with; another one knows nothing of them."""

    def __init__(self, connection: Connection, place: Place, run: str) -> None:
        self.send: Callable[..., asyncio.Future[Any]] = connection.send
        self.send_packed: Callable[[bytes], asyncio.Future[Any]] = connection.send_packed
        self.connection, self.place, self.run = connection, place, run


class ConnectionManager:
    """`greet` makes a fresh connection usable and names its run, or raises RedisAway; only when every server was
    greeted do they count as up. `in_cluster` finds those that are needed, once it shows that it is one.
    """

    def __init__(
        self,
        address: Address,
        purpose: str,
        greet: Callable[[Connection, Place], Awaitable[str]],
        in_cluster: Callable[[Address], Topology] = ClusterTopology,
    ) -> None:
        self._address = address
        self._in_cluster = in_cluster
        self._topology: Topology = SentinelTopology(address) if address.sentinels else StaticTopology(address)
        self._purpose = purpose
        self._greet = greet
        self._servers: Sequence[Server] = ()
        self._layout = Layout(())
        self._lost = asyncio.Event()
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._why_away = "not connected"
        self._back_at = 0.0
        self.failed_from = float("-inf")
        """When the last attempt to connect that failed began, on the event loop's clock."""
        self.came_up: Callable[[], None] = lambda: None
        self.went_away: Callable[[], None] = lambda: None

    @property
    def is_up(self) -> bool:
        return bool(self._servers)

    @property
    def servers(self) -> Sequence[Server]:
        """At least one. Raises RedisAway."""
        if not self._servers:
            raise RedisAway(self._why_away, left=max(0.0, self._back_at - asyncio.get_running_loop().time()))
        return self._servers

    def to(self, scope: str) -> Server:
        """Who holds the keys of a scope. Raises RedisAway."""
        servers = self._servers or self.servers
        return servers[self._layout.index_of(scope)]

    def send(self, *command: Argument) -> asyncio.Future[Any]:
        """To any of them. Raises RedisAway."""
        return self.servers[0].send(*command)

    async def start(self) -> None:
        """Returns after the first attempt, whatever came of it."""
        self._task = asyncio.create_task(self._stay_connected())
        await self._tried.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._topology.close()
        servers, self._servers = self._servers, ()
        _abort(servers, "closed")

    def unwrap(self, reply: Any) -> Any:
        """The reply. An error gives up the connections, so that the servers are looked for again. Raises RedisAway."""
        try:
            return unwrap(reply)
        except RedisAway as error:
            self.drop(str(error))
            raise

    def drop(self, why: str) -> None:
        if self._servers:
            self._servers[0].connection.abort(why)

    async def _stay_connected(self) -> None:
        pause, since = timing.REDIAL_FIRST, ""
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._connect()
            except OneOfACluster:
                self._topology.close()
                self._topology = self._in_cluster(self._address)
                continue
            except (OSError, RedisAway) as error:  # TimeoutError is an OSError.
                since = self._why_away = self._report(since, str(error) or type(error).__name__)
                left = error.left if isinstance(error, RedisAway) else 0.0
                self._back_at, self.failed_from = asyncio.get_running_loop().time() + left, began
                self._tried.set()
                await asyncio.sleep(left or pause)
                pause = min(pause * 2, timing.REDIAL_LAST)
                continue
            if since:
                _log.info("redis_back", purpose=self._purpose)
            pause, since = timing.REDIAL_FIRST, ""
            self.came_up()
            self._tried.set()
            await self._watch()
            await self._lost.wait()
            await asyncio.sleep(pause)

    async def _watch(self) -> None:
        """Until a connection is lost; when the layout was replaced all are dropped, though they may still answer."""
        replaced = asyncio.create_task(self._topology.until_replaced(self._layout))
        lost = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([replaced, lost], return_when=asyncio.FIRST_COMPLETED)
            if replaced.done():
                self.drop("the servers have changed")
        finally:
            replaced.cancel()
            lost.cancel()

    async def _connect(self) -> None:
        layout = await self._topology.find()
        servers: list[Server] = []
        try:
            await self._greet_all(layout, servers)
        except BaseException:
            _abort(servers, "not greeted")
            raise
        self._lost.clear()
        for server in servers:
            server.connection.on_lost = self._went_away
        self._servers, self._layout = servers, layout

    async def _greet_all(self, layout: Layout, servers: list[Server]) -> None:
        """Fills `servers`. Those that are left alone at first are waited for together."""
        waiting: RedisAway | None = None
        for place in layout.places:
            try:
                servers.append(await self._server(place))
            except RedisAway as error:
                if not error.left:
                    raise
                waiting = max(error, waiting or error, key=lambda each: each.left)
        if waiting is not None:
            raise waiting
        if any(server.connection.is_lost for server in servers):
            raise RedisAway("connection closed")

    async def _server(self, place: Place) -> Server:
        async with asyncio.timeout(timing.COMMAND_LIMIT):
            connection = await connect(place.address, timing.COMMAND_LIMIT)
            try:
                return Server(connection, place, await self._greet(connection, place))
            except BaseException:
                connection.abort("not greeted")
                raise

    def _report(self, before: str, why: str) -> str:
        if not before:
            _log.warning("redis_unreachable", purpose=self._purpose, reason=why)
        return why

    def _went_away(self, why: str) -> None:
        """One that is lost takes the others with it: what was cleared on some of them only is then made good on all."""
        _log.warning("redis_lost", purpose=self._purpose, reason=why)
        servers, self._servers, self._why_away = self._servers, (), why
        self._lost.set()
        self.went_away()
        _abort(servers, why)


def _abort(servers: Sequence[Server], why: str) -> None:
    for server in servers:
        server.connection.on_lost = lambda _why: None
        server.connection.abort(why)


def check_mode(place: Place, server: bytes) -> None:
    """Raises OneOfACluster when that was not known, and RedisAway for a sentinel. `server`: that section of INFO."""
    mode = mode_of(parse_info(server))
    if mode == "sentinel":
        raise RedisAway("a sentinel, and ?sentinel=NAME does not say whom it watches")
    if mode == "cluster" and place.epoch is None:
        raise OneOfACluster("one of a cluster")
