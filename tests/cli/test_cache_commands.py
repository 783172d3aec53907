"""`counterfoil cache`: what an operator sees of a client in a real Redis, and how they clear it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import redis

from counterfoil.cache import Cache, Fetched, Part, open_cache
from tests.cli.commands import run_forked
from tests.processes import free_port
from tests.servers import RedisServer

PLACEHOLDERS = {
    "secret_key": "k" * 48,
    "whmcs_url": "https://billing.example.com/",
    "whmcs_identifier": "identifier",
    "whmcs_secret": "secret",
}


async def _fetched() -> Fetched:
    return Fetched(b"canary", 90)


async def _read(cache: Cache, client_id: int) -> int:
    """How often WHMCS was asked, in all."""
    await cache.read(f"c{client_id}", [Part("invoices", 90, _fetched)], within=5)
    return cache.counters.fetches


def _make_last(server: RedisServer) -> None:
    """What a first fetch brings counts for 2 s only, and a command takes as long to start."""
    client: Any = redis.Redis.from_url(server.url)
    for key in client.keys("cf1:*:e:invoices"):
        header, as_of, until, rest = client.get(key).split(b" ", 3)
        client.set(key, b" ".join([header, as_of, b"%013d" % (int(until) + 90_000), rest]), ex=90)


async def _fill(url: str) -> None:
    cache = open_cache(url)
    await cache.start()
    await _read(cache, 42)
    await cache.close()


def test_what_is_stored_is_shown_and_left_as_it_is(tmp_path: Path, redis_server: RedisServer) -> None:
    """Names, times and generation, never the data; not a byte in the store changes."""
    asyncio.run(_fill(redis_server.url))
    client: Any = redis.Redis.from_url(redis_server.url)
    _make_last(redis_server)
    before = {key: client.dump(key) for key in client.keys("cf1:*:{c42}:*")}
    settings = {**PLACEHOLDERS, "cache_url": redis_server.url}
    done = run_forked(tmp_path, "cache", "show", "--client", "42", **settings)
    assert done.returncode == 0, done.stderr
    assert "generation" in done.stdout
    assert "  invoices  since 2" in done.stdout
    assert "canary" not in done.stdout
    (stored,) = json.loads(run_forked(tmp_path, "cache", "show", "--client", "42", "--json", **settings).stdout)[
        "stored"
    ]
    assert stored["name"] == "invoices"
    assert stored["until"] > stored["since"]
    assert {key: client.dump(key) for key in client.keys("cf1:*:{c42}:*")} == before
    other = run_forked(tmp_path, "cache", "show", "--client", "43", **settings)
    assert other.stdout == "Nothing is stored of client 43.\n"


def test_clearing_holds_in_every_process(tmp_path: Path, redis_server: RedisServer) -> None:
    """After `cache clear` a process that is running reads that client anew, and others as before."""
    settings = {**PLACEHOLDERS, "cache_url": redis_server.url}
    with asyncio.Runner() as runner:
        cache = open_cache(redis_server.url)
        runner.run(cache.start())
        runner.run(_read(cache, 42))
        runner.run(_read(cache, 43))
        _make_last(redis_server)
        assert runner.run(_read(cache, 42)) == 2
        done = run_forked(tmp_path, "cache", "clear", "--client", "42", **settings)
        assert done.returncode == 0, done.stderr
        assert "every process" in done.stdout
        assert runner.run(_read(cache, 42)) == 3
        assert runner.run(_read(cache, 43)) == 3
        runner.run(cache.close())


@pytest.mark.parametrize("command", ["show", "clear"])
def test_a_cache_that_is_away_is_said(tmp_path: Path, command: str) -> None:
    """Exit code 1 and one line, never a success."""
    away = {**PLACEHOLDERS, "cache_url": f"redis://:canary@127.0.0.1:{free_port()}"}
    done = run_forked(tmp_path, "cache", command, "--client", "42", **away)
    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["show", "clear"])
def test_what_is_in_a_process_cannot_be_reached(tmp_path: Path, command: str) -> None:
    """With memory:// both say so, and fail."""
    done = run_forked(tmp_path, "cache", command, "--client", "42", **PLACEHOLDERS)
    assert done.returncode == 1
    assert "memory://" in done.stderr
