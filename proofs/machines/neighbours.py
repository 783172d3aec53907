"""What the portals need, on hosts of their own: a Redis with replicas and sentinels, a PostgreSQL with a standby."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis, RedisError

from proofs.machines.network import NETWORK, Host
from tests.processes import Child
from tests.servers import postgres_program

REDIS, SENTINEL, POSTGRES = 6379, 26379, 5432
NAME = "mine"
WITHIN = 90.0
"""Seconds for whatever has to come about by itself, on a machine that is busy."""


def until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not ready():
        assert time.monotonic() < deadline, f"{what} has not come about"
        time.sleep(0.1)


class Caches:
    """As docs/operations.md wants them: no files, and no writes without a replica; so three, that one may be lost."""

    def __init__(self, hosts: list[Host], watchers: list[Host]) -> None:
        self.hosts = hosts
        first, *others = hosts
        fence = ["--min-replicas-to-write", "1", "--min-replicas-max-lag", "5", "--repl-diskless-sync-delay", "0"]
        plain = ["--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--appendonly", "no"]
        self.servers: dict[str, Child] = {}
        for host in self.hosts:
            command = ["redis-server", "--port", str(REDIS), *plain, *fence]
            self.servers[host.address] = host.program("redis", *command)
            self.start(host)
        for other in others:
            with self.client(other.address) as replica:
                replica.replicaof(first.address, REDIS)
        for watcher in watchers:
            self._watch(watcher, first.address)
        addresses = ",".join(f"{each.address}:{SENTINEL}" for each in watchers)
        self.url = f"redis://{addresses}/0?sentinel={NAME}"
        self._watcher = watchers[-1]
        until(self._is_whole, "sentinels that know each other")

    def _watch(self, host: Host, master: str) -> None:
        lines = [f"port {SENTINEL}", "protected-mode no", f"dir {host.folder}"]
        lines += [f"sentinel monitor {NAME} {master} {REDIS} 2", f"sentinel down-after-milliseconds {NAME} 2000"]
        lines += [f"sentinel failover-timeout {NAME} 6000"]
        settings = host.folder / "sentinel.conf"
        settings.write_text("\n".join(lines) + "\n")
        host.program("sentinel", "redis-server", str(settings), "--sentinel").start(
            lambda: answers(host.address, SENTINEL)
        )

    def start(self, host: Host) -> None:
        self.servers[host.address].start(lambda: answers(host.address, REDIS))

    @staticmethod
    def client(address: str) -> Redis:
        return Redis(host=address, port=REDIS, socket_timeout=5)

    def master(self) -> str:
        """The address of who is the master now, as a sentinel says."""
        with Redis(host=self._watcher.address, port=SENTINEL, socket_timeout=5) as sentinel:
            found = sentinel.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
        return str(found[0].decode())

    def master_host(self) -> Host:
        return next(host for host in self.hosts if host.address == self.master())

    def has_replicas(self) -> bool:
        try:
            with self.client(self.master()) as master:
                return int(master.info("replication")["connected_slaves"]) == len(self.hosts) - 1
        except RedisError:
            return False

    def _is_whole(self) -> bool:
        with Redis(host=self._watcher.address, port=SENTINEL, socket_timeout=5) as sentinel:
            known = sentinel.info("sentinel")["master0"]
        return (known["slaves"], known["sentinels"]) == (len(self.hosts) - 1, 3)


def answers(address: str, port: int) -> bool:
    try:
        with Redis(host=address, port=port, socket_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


class Databases:
    """A primary and a standby that follows it."""

    def __init__(self, primary: Host, standby: Host) -> None:
        self.hosts = (primary, standby)
        hosts = "&".join(f"host={host.address}:{POSTGRES}" for host in self.hosts)
        self.url = f"postgresql+asyncpg://counterfoil@/portal?{hosts}"
        data = self._folder(primary)
        made = ["-D", str(data), "-U", "counterfoil", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run(primary, "initdb", *made, "--no-sync")
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {NETWORK}.0/24 trust\nhost replication all {NETWORK}.0/24 trust\n")
        self.servers = {host.address: self._server(host) for host in self.hosts}
        self._start(primary)
        self.execute(primary, "CREATE DATABASE portal", "postgres")
        follow = ["-h", primary.address, "-U", "counterfoil", "-D", str(self._folder(standby)), "-R", "-X", "stream"]
        self._run(standby, "pg_basebackup", *follow, "-c", "fast")
        self._start(standby)

    @staticmethod
    def _folder(host: Host) -> Path:
        subprocess.run(["chown", "postgres", host.folder], check=True)
        return host.folder / "data"

    def _server(self, host: Host) -> Child:
        command = [postgres_program("postgres"), "-D", str(host.folder / "data"), "-p", str(POSTGRES)]
        command += ["-c", "listen_addresses=*", "-c", f"unix_socket_directories={host.folder}"]
        return host.program("postgres", *command, user="postgres")

    def _run(self, host: Host, program: str, *words: str) -> None:
        child = host.program(program, postgres_program(program), *words, user="postgres")
        assert child.run(WITHIN) == 0, child.output()

    def _start(self, host: Host) -> None:
        self.servers[host.address].start(lambda: self._answers(host), WITHIN)

    def standby_follows(self) -> bool:
        """Whether it has everything that the primary has committed: otherwise that is lost with the primary."""
        behind = "SELECT 'follows' FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"
        return "follows" in self.execute(self.hosts[0], behind)

    def execute(self, host: Host, statement: str, database: str = "portal") -> str:
        psql = [postgres_program("psql"), "-X", "-q", "-h", host.address, "-U", "counterfoil", "-d", database]
        said = subprocess.run([*psql, "-c", statement], check=True, capture_output=True, text=True, timeout=WITHIN)
        return said.stdout

    def _answers(self, host: Host) -> bool:
        try:
            self.execute(host, "SELECT 1", "postgres")
        except subprocess.CalledProcessError:
            return False
        return True

    def slow_disk(self, host: Host) -> None:
        """Each commit takes 0.1 s longer, as on a disk that is slow to say that something is written."""
        for setting in ("commit_delay = 100000", "commit_siblings = 0"):
            self.execute(host, f"ALTER SYSTEM SET {setting}")
        self.execute(host, "SELECT pg_reload_conf()")

    def quick_disk(self, host: Host) -> None:
        self.execute(host, "ALTER SYSTEM RESET ALL")
        self.execute(host, "SELECT pg_reload_conf()")

    def promote(self, host: Host) -> None:
        self.execute(host, "SELECT pg_promote()", "postgres")
