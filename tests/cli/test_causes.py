"""What the doctor says of a database or a Redis that cannot be used: the cause, and never a piece of the address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from counterfoil.cache import open_cache
from counterfoil.cli.findings import Finding, Verdict
from counterfoil.cli.portal_checks import cache, database
from counterfoil.cli.redis_causes import NEEDED
from tests.cli.commands import run_forked
from tests.databases import give_schema
from tests.pgbouncer import running_pgbouncer
from tests.processes import free_port
from tests.servers import PostgresServer, RedisServer, running_postgres, running_redis
from tests.web.settings import settings

pytestmark = pytest.mark.anyio

SECRET = "canary"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """With a database that wants a password, and one that wants TLS."""
    with running_postgres() as postgres:
        hba = postgres.folder / "data/pg_hba.conf"
        rules = "host secret all 127.0.0.1/32 scram-sha-256\nhost tls all 127.0.0.1/32 reject\n"
        hba.write_text(rules + hba.read_text())
        for name in ("secret", "tls", "readonly"):
            postgres.execute(f"CREATE DATABASE {name}")
        postgres.execute("ALTER DATABASE readonly SET default_transaction_read_only = on")
        postgres.execute("CREATE ROLE reader LOGIN")
        postgres.execute("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0")
        postgres.execute("SELECT pg_reload_conf()")
        yield postgres


async def about_database(url: str) -> Finding:
    found = await database(settings(database_url=url))
    assert SECRET not in found.line
    return found


@pytest.mark.parametrize(
    ("login", "name", "said"),
    [
        ("counterfoil:canary@", "secret", "refuses the user or the password"),
        ("counterfoil@", "absent", "has no database of this name"),
        ("crowd@", "postgres", "has no connections left"),
        ("nobody@", "postgres", "does not let this user in from here"),
        ("counterfoil@", "tls", "lets nobody in without TLS"),
        ("counterfoil@", "postgres?sslmode=require", "speaks no TLS"),
        ("counterfoil@", "readonly", "takes no writes"),
    ],
)
async def test_what_is_wrong_with_a_postgresql(server: PostgresServer, login: str, name: str, said: str) -> None:
    found = await about_database(f"postgresql+asyncpg://{login}127.0.0.1:{server.port}/{name}")
    assert (found.verdict, found.message) == (Verdict.FAIL, said)
    assert found.advice


async def test_a_user_who_may_not_read_the_tables(server: PostgresServer) -> None:
    """They are somebody else's: that is no stack trace."""
    url = server.new_database()
    give_schema(url)
    found = await about_database(url.replace("counterfoil@", "reader@"))
    assert found.message == "does not let this user read or write"


async def test_nobody_listens_there() -> None:
    found = await about_database(f"postgresql+asyncpg://counterfoil:canary@127.0.0.1:{free_port()}/counterfoil")
    assert found.message == "does not listen there"


async def test_a_pgbouncer_that_splits_transactions(server: PostgresServer, tmp_path: Path) -> None:
    """With pool_mode = statement nothing can be kept together: the start is refused, and the doctor says why."""
    url = server.new_database()
    give_schema(url)
    with running_pgbouncer(url, "statement") as through:
        assert (await about_database(through)).message == "pgbouncer has pool_mode = statement"
        whmcs = {"whmcs_url": "http://127.0.0.1:1", "whmcs_identifier": "x", "whmcs_secret": "x"}
        needed = {"secret_key": "k" * 32, "database_url": through, **whmcs}
        done = run_forked(tmp_path, "serve", "--port", str(free_port()), **needed)
        assert (done.returncode, done.stderr.count("pool_mode = transaction")) == (1, 1)
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [("absent/portal.db", "there is no folder"), ("folder", "cannot be written"), ("text.db", "is no SQLite database")],
)
async def test_what_is_wrong_with_a_sqlite(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.db").write_text("This is a text, and not a database. " * 100)
    found = await about_database(f"sqlite+aiosqlite:///{tmp_path}/{name}")
    assert found.verdict is Verdict.FAIL
    assert said in found.message


async def about_redis(url: str) -> list[Finding]:
    found = [each async for each in cache(settings(cache_url=url))]
    assert not any(SECRET in each.line for each in found)
    return found


@pytest.fixture(scope="module")
def guarded() -> Iterator[RedisServer]:
    """Its users lack one thing each."""
    with running_redis() as redis:
        with Redis.from_url(redis.url) as admin:
            for name, rules in {
                "keys": "+@all ~other:* &*",
                "channels": "+@all ~cf1:* resetchannels",
                "scripts": "+@all -@scripting ~cf1:* &cf1:*",
                "enough": NEEDED,
            }.items():
                admin.execute_command("ACL", "SETUSER", name, "on", ">canary", *rules.split())
        yield redis


@pytest.mark.parametrize(
    ("login", "said"),
    [
        (":canary@", "has no password, and is given one"),
        ("keys:wrong@", "refuses the user or the password"),
        ("keys:canary@", "does not permit the user what the portal needs"),
        ("channels:canary@", "does not permit the user what the portal needs"),
        ("scripts:canary@", "does not permit the user what the portal needs"),
    ],
)
async def test_who_may_not_use_a_redis(guarded: RedisServer, login: str, said: str) -> None:
    found = (await about_redis(guarded.url.replace("//", f"//{login}")))[-1]
    assert found.verdict is Verdict.FAIL
    assert found.message.startswith(said)


async def test_what_the_doctor_asks_for_is_enough(guarded: RedisServer) -> None:
    """The ACL that it prints lets the portal work."""
    url = guarded.url.replace("//", "//enough:canary@")
    assert Verdict.FAIL not in {each.verdict for each in await about_redis(url)}
    portal = open_cache(url)
    await portal.start()
    try:
        await portal.ping()
        await portal.clear("c1")
        assert (await portal.peek("c1", ["x"])).nonce is not None
    finally:
        await portal.close()


async def test_a_redis_that_wants_a_password() -> None:
    with running_redis() as redis, Redis.from_url(redis.url) as admin:
        admin.config_set("requirepass", "canary")
        assert (await about_redis(redis.url))[-1].message == "wants a password"


async def test_a_database_that_redis_does_not_have(guarded: RedisServer) -> None:
    assert (await about_redis(guarded.url.replace("/0", "/99")))[-1].message == "has no database of this number"


async def test_no_tls_there(guarded: RedisServer) -> None:
    assert "TLS" in (await about_redis(guarded.url.replace("redis:", "rediss:")))[-1].line


async def test_a_redis_that_would_refuse_writes_when_full() -> None:
    """noeviction with a limit is warned of; one that is full already fails."""
    with running_redis(maxmemory="100mb", maxmemory_policy="noeviction") as redis:
        assert "noeviction" in " ".join(
            each.message for each in await about_redis(redis.url) if each.verdict is Verdict.WARN
        )
    with running_redis(maxmemory="100kb", maxmemory_policy="noeviction") as full:
        assert "is full" in (await about_redis(full.url))[-1].message


async def test_a_redis_without_connections_left() -> None:
    """It hangs up on whoever comes, as one that wants TLS does: both are named."""
    with running_redis(maxclients="1") as redis, Redis.from_url(redis.url) as only:
        only.ping()
        found = (await about_redis(redis.url))[-1]
        assert (found.message, "maxclients" in found.advice) == ("ends the connection at once", True)
