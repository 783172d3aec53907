"""The connection to Redis: what goes over it, and how it is found."""

import asyncio
import ssl
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import redis

from counterfoil.cache import open_cache
from counterfoil.cache.store import StoreAway
from counterfoil.redis.address import parse_address
from counterfoil.redis.connection import Connection
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
        assert set(commands(admin)) <= {"mget", "evalsha", "eval", "get", "set", "del"}
        await cache.clear_everything()
        assert commands(admin)["scan"] == 1


class Recorder(asyncio.Transport):
    """Takes down what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def abort(self) -> None:
        pass


async def test_commands_of_one_turn_leave_together() -> None:
    """What a hundred requests ask at the same moment costs one write; answers come in the order of the questions."""
    connection, transport = Connection(), Recorder()
    connection.connection_made(transport)
    asked = [connection.send("GET", str(number)) for number in range(100)]
    await asyncio.sleep(0)
    assert len(transport.writes) == 1
    asked[1].cancel()
    connection.data_received(b"".join(b":%d\r\n" % number for number in range(100))[:-1])
    assert [await future for future in (asked[0], asked[2], asked[98])] == [0, 2, 98]
    connection.abort("enough")
    assert isinstance(await asked[99], StoreAway)


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
            admin.set(key, b"2" + (admin.get(key) or b"")[1:], keepttl=True)
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
            assert not wary._gate.is_open


@pytest.mark.parametrize(
    "url", ["http://host", "redis://", "unix://", "redis://host/one", "rediss://:secret@/1", "redis://host:port"]
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        open_cache(url)
    assert "secret" not in str(refused.value)


def test_an_address_does_not_show_its_password() -> None:
    address = parse_address("rediss://ada:secret@host:1234/5")
    assert (address.host, address.port, address.database, address.login) == ("host", 1234, 5, ("ada", "secret"))
    assert isinstance(address.tls, ssl.SSLContext)
    assert "secret" not in repr(address)
