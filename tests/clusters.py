"""A real Redis Cluster: three masters, each with a replica if wanted."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.processes import free_port
from tests.servers import RedisServer, running_redis

MASTERS = 3
SLOTS = 16384


@dataclass
class Nodes:
    """`url` names one of them: the portal finds the others."""

    servers: list[RedisServer]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.servers[0].port}"

    def running(self) -> list[RedisServer]:
        return [each for each in self.servers if each.child.is_running]

    def owner(self, scope: str) -> RedisServer:
        """Who has the keys of a scope, in the words of the owner."""
        for each in self.running():
            mine = next(node for node in _nodes(each).values() if "myself" in node["flags"])
            if any(int(first) <= slot_of(each, scope) <= int((*rest, first)[0]) for first, *rest in mine["slots"]):
                return each
        raise LookupError(scope)

    def move(self, scope: str, to: RedisServer) -> None:
        """The slot of a scope, with its keys, as redis-cli's reshard does it."""
        source = self.owner(scope)
        slot = slot_of(source, scope)
        names = {each.port: _id(each) for each in (source, to)}
        _ask(to, "CLUSTER SETSLOT", slot, "IMPORTING", names[source.port])
        _ask(source, "CLUSTER SETSLOT", slot, "MIGRATING", names[to.port])
        while keys := _ask(source, "CLUSTER GETKEYSINSLOT", slot, 100):
            _ask(source, "MIGRATE", "127.0.0.1", to.port, "", 0, 5000, "KEYS", *keys)
        for each in (to, source, *(each for each in self.running() if each.port not in names)):
            if "master" in _nodes(each)[_port_name(each)]["flags"]:
                _ask(each, "CLUSTER SETSLOT", slot, "NODE", names[to.port])

    def flush(self) -> None:
        for server in self.running():
            server.flush()

    def replace(self, master: RedisServer) -> None:
        """By its replica, as for maintenance: it lives on, as the replica."""
        name = _id(master)
        _ask(next(each for each in self.servers if _master_of(each) == name), "CLUSTER FAILOVER")

    def has_left(self, scope: str, server: RedisServer) -> bool:
        try:
            return self.owner(scope) is not server
        except LookupError:  # Nobody has taken over yet.
            return False

    def is_whole(self) -> bool:
        """Every running node knows the others and takes requests, and every replica has its master's data."""
        for each in self.running():
            with _client(each) as client:
                state, replication = client.cluster("info"), client.info("replication")
            if state["cluster_state"] != "ok" or int(state["cluster_known_nodes"]) != len(self.servers):
                return False
            if replication["role"] == "slave" and replication["master_link_status"] != "up":
                return False
        return True


def slot_of(server: RedisServer, scope: str) -> int:
    return int(_ask(server, "CLUSTER KEYSLOT", f"{{{scope}}}"))


@contextmanager
def running_cluster(replicas: int = 0) -> Iterator[Nodes]:
    """`replicas` of each master. A node that is gone is missed after a second."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_node()) for _ in range(MASTERS * (1 + replicas))]
        masters = servers[:MASTERS]
        for number, each in enumerate(masters):
            _ask(each, "CLUSTER SET-CONFIG-EPOCH", number + 1)
            share = range(number * SLOTS // MASTERS, (number + 1) * SLOTS // MASTERS)
            _ask(each, "CLUSTER ADDSLOTSRANGE", share.start, share.stop - 1)
        for each in servers[1:]:
            _ask(each, "CLUSTER MEET", "127.0.0.1", servers[0].port, servers[0].options["cluster_port"])
        nodes = Nodes(servers)
        for number, each in enumerate(servers[MASTERS:]):
            master = _id(masters[number % MASTERS])
            _until(lambda each=each, master=master: _tries(each, "CLUSTER REPLICATE", master))
        _until(nodes.is_whole)
        yield nodes


@contextmanager
def _node() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="counterfoil-node-") as folder:
        settings = {
            "cluster_enabled": "yes",
            "cluster_port": str(free_port()),
            "cluster_config_file": str(Path(folder) / "nodes.conf"),
            "cluster_node_timeout": "1000",
        }
        with running_redis(**settings) as server:
            yield server


def _client(server: RedisServer) -> "Redis[bytes]":
    return Redis(port=server.port)


def _ask(server: RedisServer, *command: Any) -> Any:
    with _client(server) as client:
        return client.execute_command(*command)


def _tries(server: RedisServer, *command: Any) -> bool:
    try:
        _ask(server, *command)
    except RedisError:
        return False
    return True


def _id(server: RedisServer) -> str:
    return str(_ask(server, "CLUSTER MYID").decode())


def _master_of(server: RedisServer) -> str:
    return str(_nodes(server)[_port_name(server)]["master_id"])


def _port_name(server: RedisServer) -> str:
    return f"127.0.0.1:{server.port}"


def _nodes(server: RedisServer) -> dict[str, Any]:
    with _client(server) as client:
        return dict(client.cluster("nodes"))


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "the cluster does not come together"
        time.sleep(0.05)
