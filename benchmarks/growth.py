"""Whether a read costs more when Redis is full of other customers, and how much room each takes."""

import secrets
import subprocess
import time
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

import redis

from benchmarks.cold import SETTLED
from benchmarks.contestants import Target
from benchmarks.load import press
from benchmarks.machine import cpu_of_group
from tests.servers import RedisServer
from tests.stack import Stack

FEW, MANY = 1_000, 1_000_000
ROUNDS = 4
SECONDS = 2


class Growth(NamedTuple):
    """Processor time of a warm read among MANY customers, against one among FEW."""

    ratio: float
    kilobytes: float
    """Of Redis, for one active customer: what all the pages that they opened have left there."""


def growth(few: Target, many: Target, crowded: RedisServer, kilobytes: float) -> Growth:
    """The two targets differ in what else lies in their Redis."""
    fill(crowded, MANY)
    ratios = []
    for _ in range(ROUNDS):
        one, other = _microseconds(few), _microseconds(many)
        ratios.append(other / one)
    return Growth(median(ratios), kilobytes)


def _microseconds(target: Target) -> float:
    before = cpu_of_group(target.server.pid)
    load = press(target.url, target.headers(), SECONDS)
    return (cpu_of_group(target.server.pid) - before) / load.requests * 1e6


def fill(server: RedisServer, customers: int) -> None:
    """Generation record, session and an entry of each: named as ours, with short values, so that they fit anywhere."""
    with redis.Redis.from_url(server.url) as client:
        run = str(client.info("server")["run_id"])[:12]
    commands = "".join(_commands(run, customers))
    subprocess.run(
        ["redis-cli", "-p", str(server.port), "--pipe"], input=commands, text=True, check=True, capture_output=True
    )


def _commands(run: str, customers: int) -> Iterator[str]:
    nonce = secrets.token_urlsafe(12)
    for client in range(10_000_000, 10_000_000 + customers):
        prefix = f"cf1:{run}:{{c{client}}}:"
        record = f"1{nonce} 0000000000000 0000000000000"
        yield f'MSET {prefix}g "{record}" {prefix}s:{client:064x} x {prefix}e:r:{client} x\r\n'


def kilobytes_of(stack: Stack, server: RedisServer) -> float:
    """After a customer has opened the home page, the list and three invoices, and a program of theirs the JSON list."""
    with stack.visitor("bob@example.com") as bob:
        bob.get("/").raise_for_status()
        time.sleep(SETTLED)  # What is fetched before counts for 2 s only, and would be gone when it is counted.
        items = bob.get("/api/v1/invoices").json()["items"]
        for path in ("/", "/invoices", *(f"/invoices/{item['id']}" for item in items[:3])):
            bob.get(path).raise_for_status()
    with redis.Redis.from_url(server.url) as client:
        return sum(client.memory_usage(key) or 0 for key in client.scan_iter("*{c2}*")) / 1024
