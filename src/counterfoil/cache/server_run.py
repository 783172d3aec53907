"""Which run a server is in: what it is asked when it is greeted and at each beat, and what its answers mean."""

import re
from typing import Any

from counterfoil.cache import rules
from counterfoil.redis import timing
from counterfoil.redis.connection import Argument, Connection, unwrap
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.topology import Place

_RUN_ID_LENGTH = 12


def questions(place: Place) -> tuple[tuple[Argument, ...], ...]:
    mine = ("INFO", "server"), ("INFO", "replication"), ("TIME",)
    return mine if place.epoch is None else (*mine, ("CLUSTER", "INFO"))


def run_of(place: Place, server: bytes, replication: bytes, _now: Any, cluster: bytes = b"") -> str:
    """Of a server that may be read from. Raises RedisAway."""
    found = re.search(rb"^run_id:(\w+)", server, re.MULTILINE)
    if found is None or not re.search(rb"^role:master", replication, re.MULTILINE):
        raise RedisAway("not a master" if found else "no run id")
    run = found[1].decode()[:_RUN_ID_LENGTH]
    if place.epoch is None:
        return run
    if not re.search(rb"^cluster_state:ok", cluster, re.MULTILINE):
        raise RedisAway("the cluster is down")
    epoch = re.search(rb"^cluster_my_epoch:(\d+)", cluster, re.MULTILINE)
    if epoch is None or int(epoch[1]) != place.epoch:
        raise RedisAway("the cluster has changed")
    return f"{run}.{place.epoch}"


async def leave_alone_at_first(connection: Connection, key: str, now: int) -> None:
    """Raises RedisAway until the run is so old that every process has left what held these slots before, where it would
    not see what is cleared here. Who comes first writes down when that was.
    """
    unwrap(await connection.send("SET", key, now, "PX", round(1000 * rules.SINCE_LASTS), "NX"))
    since = unwrap(await connection.send("GET", key))
    age = (now - int(since or now)) / 1000
    if age < timing.SWITCH:
        raise RedisAway("a new master is left alone at first", left=timing.SWITCH - max(0.0, age))


def time_of(told: tuple[bytes, bytes]) -> float:
    seconds, microseconds = told
    return int(seconds) + int(microseconds) / 1_000_000
