"""A real Redis and a real PostgreSQL on free ports, for the length of a `with`. The portal: stack.py."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from redis import Redis

from tests.processes import Child, StartError, accepts, free_port

_INITDB = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
Server = TypeVar("Server", "RedisServer", "PostgresServer")


class RedisServer:
    """`url`; `child` is the process (kill, pause, resume); `start()` brings it back, empty, on the same port."""

    def __init__(self, folder: Path, options: dict[str, str]) -> None:
        self.folder, self.options = folder, options
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        settings = {"save": "", "appendonly": "no", "dir": str(folder), "bind": "127.0.0.1", **options}
        command = ["redis-server", "--port", str(self.port)]
        for name, value in settings.items():
            command += [f"--{name.replace('_', '-')}", value]
        self.child = Child(command, folder / "redis.log")

    def start(self) -> None:
        self.child.start(lambda: self._answers("PING", "+PONG"))

    def flush(self) -> None:
        assert self._answers("FLUSHALL", "+OK"), "Redis did not flush"

    def _answers(self, command: str, expected: str) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(64).startswith(expected.encode())
        except OSError:
            return False


@contextmanager
def running_redis(**options: str) -> Iterator[RedisServer]:
    """Redis without persistence. `options` are redis.conf's: `running_redis(maxmemory="2mb")`."""
    with tempfile.TemporaryDirectory(prefix="counterfoil-redis-") as folder:
        server = _first_that_starts(lambda: RedisServer(Path(folder), options))
        try:
            yield server
        finally:
            server.child.kill()


class PostgresServer:
    """`new_database()` gives the URL of a fresh, empty database; `child` is the process."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.folder, self.user = folder, user
        self.port = free_port()
        self._names = (f"test_{number}" for number in itertools.count())
        fast = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"]
        listen = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
        command = [_postgres_program("postgres"), "-D", str(folder / "data"), "-p", str(self.port)]
        for setting in [*fast, *listen]:
            command += ["-c", setting]
        # SIGINT is "disconnect everybody and stop" here.
        self.child = Child(command, folder / "postgres.log", user=user, end=signal.SIGINT)

    def start(self) -> None:
        self.child.start(lambda: accepts(self.port) and self._accepts_queries())

    def new_database(self) -> str:
        """Its URL in SQLAlchemy's form, `postgresql+asyncpg://...`."""
        name = next(self._names)
        self.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+asyncpg://counterfoil@127.0.0.1:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        self.execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def execute(self, statement: str, database: str = "postgres") -> None:
        psql = [_postgres_program("psql"), "-X", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "counterfoil"]
        subprocess.run([*psql, "-d", database, "-c", statement], check=True, capture_output=True, timeout=30)

    def _accepts_queries(self) -> bool:
        try:
            self.execute("SELECT 1")
        except subprocess.CalledProcessError:
            return False
        return True


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, without durability. It refuses to run as root, so root lends it the user `postgres`."""
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="counterfoil-postgres-") as folder:
        if user:
            shutil.chown(folder, user)
        subprocess.run(
            [_postgres_program("initdb"), "-D", f"{folder}/data", "-U", "counterfoil", *_INITDB],
            check=True,
            capture_output=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=folder,
        )
        server = _first_that_starts(lambda: PostgresServer(Path(folder), user))
        try:
            yield server
        finally:
            server.child.stop()


def _postgres_program(name: str) -> str:
    """Debian keeps the server's programs off PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(versions[-1]) if versions else shutil.which(name) or name


def _first_that_starts(make: Callable[[], Server]) -> Server:
    """A free port can be taken by somebody else before the server has it: then another one."""
    for _ in range(2):
        server = make()
        try:
            server.start()
        except StartError:
            continue
        return server
    server = make()
    server.start()
    return server


@dataclass
class Watched:
    """Two servers, the second a replica at first, and the sentinels that watch them; `url` is for the portal."""

    servers: list[RedisServer]
    sentinels: list[RedisServer]

    @property
    def url(self) -> str:
        return f"redis://{','.join(f'127.0.0.1:{each.port}' for each in self.sentinels)}/0?sentinel=mine"

    def master(self) -> int:
        """The port of who is the master now, for the first sentinel that runs."""
        with Redis(port=next(each.port for each in self.sentinels if each.child.is_running)) as sentinel:
            _, port = sentinel.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mine")
            return int(port)

    def is_whole(self) -> bool:
        """Whether every sentinel knows of the replica and of the other sentinels: only then can there be a failover."""
        for each in self.sentinels:
            with Redis(port=each.port) as sentinel:
                known = sentinel.info("sentinel")["master0"]
            if (known["slaves"], known["sentinels"]) != (1, len(self.sentinels)):
                return False
        return True


@contextmanager
def running_sentinels() -> Iterator[Watched]:
    """A master, its replica and three sentinels, which need a second to find that a server is gone."""
    with ExitStack() as stack:
        servers = [stack.enter_context(running_redis(repl_diskless_sync_delay="0")) for _ in range(2)]
        with Redis(port=servers[1].port) as replica:
            replica.replicaof("127.0.0.1", str(servers[0].port))
        watched = Watched(servers, [stack.enter_context(_running_sentinel(servers[0])) for _ in range(3)])
        deadline = time.monotonic() + 60
        while not watched.is_whole():
            assert time.monotonic() < deadline, "the sentinels do not find each other"
            time.sleep(0.1)
        yield watched


@contextmanager
def _running_sentinel(master: RedisServer) -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="counterfoil-sentinel-") as folder:
        server = _first_that_starts(lambda: _sentinel(Path(folder), master))
        try:
            yield server
        finally:
            server.child.kill()


def _sentinel(folder: Path, master: RedisServer) -> RedisServer:
    server, config = RedisServer(folder, {}), folder / "sentinel.conf"
    config.write_text(
        f"port {server.port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor mine 127.0.0.1 {master.port} 2\n"
        "sentinel down-after-milliseconds mine 1000\nsentinel failover-timeout mine 6000\n",
        encoding="utf-8",
    )
    server.child = Child(["redis-server", str(config), "--sentinel"], folder / "sentinel.log")
    return server
