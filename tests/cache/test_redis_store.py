"""The store in a real Redis: which commands it costs, which keys it has, how it is reached."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import redis

from counterfoil.cache import open_cache, server_run
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.timing import SWITCH
from tests.cache.fleet import ADA, Fleet, Whmcs, value
from tests.sentinels import KEY, make_certificate
from tests.servers import RedisServer, running_redis

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    return "redis"


def commands(admin: redis.Redis) -> dict[str, int]:
    """How often each was called. INFO and TIME are the heartbeat's."""
    stats = admin.info("commandstats")
    return {
        name.removeprefix("cmdstat_"): counters["calls"]
        for name, counters in stats.items()
        if name not in {"cmdstat_info", "cmdstat_time", "cmdstat_config|resetstat", "cmdstat_client|setinfo"}
    }


async def test_a_warm_peek_is_one_command_and_no_write(fleet: Fleet, whmcs: Whmcs, redis_server: RedisServer) -> None:
    """Session, generation and entries come in one MGET."""
    cache = await fleet.settled()
    await cache.put_session(ADA, "key", b"viewer", 60)
    await value(cache, whmcs.part())
    with redis.Redis.from_url(redis_server.url) as admin:
        admin.config_resetstat()
        for _ in range(50):
            peek = await cache.peek(ADA, ["invoices"], "key")
            assert peek.session == b"viewer"
            assert peek.entries[0] is not None
        assert commands(admin) == {"mget": 50}


async def test_only_clearing_everything_walks_through_the_keys(
    fleet: Fleet, whmcs: Whmcs, redis_server: RedisServer
) -> None:
    cache = await fleet.process()
    with redis.Redis.from_url(redis_server.url) as admin:
        admin.config_resetstat()
        await value(cache, whmcs.part())
        await cache.clear(ADA)
        async with cache.writing(ADA):
            await cache.drop_session(ADA, "key")
        assert set(commands(admin)) <= {"mget", "evalsha", "eval", "get", "set", "del", "exists"}
        await cache.clear_everything()
        assert commands(admin)["scan"] == 1


async def test_keys_of_one_client_lie_in_one_cluster_slot(
    fleet: Fleet, whmcs: Whmcs, redis_server: RedisServer
) -> None:
    cache = await fleet.process()
    await cache.put_session(ADA, "key", b"viewer", 60)
    await value(cache, whmcs.part())
    with redis.Redis.from_url(redis_server.url) as admin:
        run = admin.info("server")["run_id"][:12]
        keys = {key.decode() for key in admin.keys("*")} - {"cf1:probe"}
    assert keys == {f"cf1:{run}:{{c1}}:g", f"cf1:{run}:{{c1}}:e:invoices", f"cf1:{run}:{{c1}}:s:key"}


async def test_a_value_of_another_format_is_ignored(fleet: Fleet, whmcs: Whmcs, redis_server: RedisServer) -> None:
    """A newer or older version of the portal on the same Redis: its entries and records are as good as absent."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    with redis.Redis.from_url(redis_server.url) as admin:
        for kind in ("e:invoices", "g"):
            (key,) = admin.keys(f"*:{kind}")
            admin.set(key, b"3" + (admin.get(key) or b"")[1:], keepttl=True)
            whmcs.version += 1
            assert await value(cache, whmcs.part()) == f"v{whmcs.version}".encode()
            await fleet.settle()


async def test_an_open_cache_needs_a_password_a_database_and_a_socket(tmp_path: Path, whmcs: Whmcs) -> None:
    socket = tmp_path / "redis.sock"
    with running_redis(unixsocket=str(socket)) as server:
        with redis.Redis.from_url(server.url) as admin:
            admin.config_set("requirepass", "pass word")
        for url in (
            server.url.replace("//", "//:pass%20word@").removesuffix("/0") + "/3",
            f"unix://default:pass%20word@{socket}?db=3",
        ):
            async with AsyncExitStack() as stack:
                cache = open_cache(url)
                await cache.start()
                stack.push_async_callback(cache.close)
                await cache.ping()
                await value(cache, whmcs.part())
        assert whmcs.calls == 1
        with redis.Redis.from_url(server.url.removesuffix("/0"), db=3, password="pass word") as admin:
            assert admin.dbsize() > 0


async def test_tls(tmp_path: Path, whmcs: Whmcs) -> None:
    """The certificate is checked: against the given authority it holds, against the system's it does not."""
    certificate = make_certificate(tmp_path)
    files = {
        "tls_cert_file": str(certificate),
        "tls_key_file": str(tmp_path / KEY),
        "tls_ca_cert_file": str(certificate),
    }
    with running_redis(tls_port="0", tls_auth_clients="no", **files) as server:
        with redis.Redis.from_url(server.url) as admin:
            free = server.port + 1 if server.port < 65535 else server.port - 1
            admin.config_set("tls-port", str(free))
        url = f"rediss://127.0.0.1:{free}"
        trusting, wary = open_cache(f"{url}?ssl_ca_certs={certificate}"), open_cache(url)
        async with AsyncExitStack() as stack:
            for cache in (trusting, wary):
                await cache.start()
                stack.push_async_callback(cache.close)
            await trusting.ping()
            assert not wary._trust.is_given


async def test_a_claim_is_left_alone_until_all_have_left_the_one_before() -> None:
    """F2, F11: the first to see it writes down when; nobody uses it before it is a SWITCH old."""
    kept: dict[str, int] = {}

    class Told:
        def send(self, *command: Any) -> "asyncio.Future[Any]":
            future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            future.set_result(kept.setdefault(command[1], command[2]) if command[0] == "SET" else kept[command[1]])
            return future

    async def left(now: int) -> float:
        try:
            await server_run.leave_alone_at_first(Told(), "key", now)  # type: ignore[arg-type]
        except RedisAway as away:
            return away.left
        return 0.0

    assert await left(1_000) == SWITCH
    assert await left(3_000) == SWITCH - 2
    assert await left(500) == SWITCH, "a clock that was set back"
    assert await left(6_000) == 0
