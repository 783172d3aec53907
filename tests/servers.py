"""A real Redis and a real PostgreSQL on free ports, for the length of a `with`. The portal: stack.py."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.processes import Child, StartError, accepts, free_port

_INITDB = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
Server = TypeVar("Server", bound="RedisServer | PostgresServer")


class RedisServer:
    """`url`; `child` is the process (kill, pause, resume); `start()` brings it back, empty, on the same port."""

    def __init__(self, folder: Path, options: dict[str, str]) -> None:
        self.folder, self.options = folder, options
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        # A replica is not kept waiting for others that may come in the next five seconds.
        quick = {"save": "", "appendonly": "no", "repl-diskless-sync-delay": "0"}
        settings = {**quick, "dir": str(folder), "bind": "127.0.0.1", **options}
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
        server = first_that_starts(lambda: RedisServer(Path(folder), options))
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
        command = [postgres_program("postgres"), "-D", str(folder / "data"), "-p", str(self.port)]
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
        psql = [postgres_program("psql"), "-X", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "counterfoil"]
        subprocess.run([*psql, "-d", database, "-c", statement], check=True, capture_output=True, timeout=120)

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
            [postgres_program("initdb"), "-D", f"{folder}/data", "-U", "counterfoil", *_INITDB],
            check=True,
            capture_output=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=folder,
        )
        server = first_that_starts(lambda: PostgresServer(Path(folder), user))
        try:
            yield server
        finally:
            server.child.stop()


def postgres_program(name: str) -> str:
    """Debian keeps the server's programs off PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return str(versions[-1]) if versions else shutil.which(name) or name


def first_that_starts(make: Callable[[], Server]) -> Server:
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
