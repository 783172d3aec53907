"""A real Redis master with a replica and three sentinels that watch them, with passwords and TLS where wanted. Servers
alone: servers.py.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from redis import Redis, RedisError

from tests.processes import Child
from tests.servers import RedisServer, first_that_starts

NAME = "mine"
CERTIFICATE, KEY = "certificate.pem", "key.pem"


@dataclass(frozen=True)
class Guard:
    """What servers and sentinels ask of who comes. `folder` holds the certificate, where they speak nothing but TLS."""

    password: str = ""
    sentinel_password: str = ""
    folder: Path | None = None

    def directives(self, port: int, password: str) -> dict[str, str]:
        """redis.conf's, for whom this password opens."""
        given = {"requirepass": password} if password else {}
        if self.folder is None:
            return given | {"port": str(port)}
        certificate = str(self.folder / CERTIFICATE)
        files = {"tls-cert-file": certificate, "tls-ca-cert-file": certificate, "tls-key-file": str(self.folder / KEY)}
        ports = {"port": "0", "tls-port": str(port)}
        return given | files | ports | {"tls-replication": "yes", "tls-auth-clients": "no"}

    def client(self, port: int, password: str) -> Redis:
        options: dict[str, Any] = {"password": password or None}
        if self.folder is not None:
            options |= {"ssl": True, "ssl_ca_certs": str(self.folder / CERTIFICATE)}
        return Redis(host="127.0.0.1", port=port, **options)


class Guarded(RedisServer):
    """A server or a sentinel, by its configuration file."""

    def __init__(self, folder: Path, guard: Guard, password: str, *directives: str, mode: tuple[str, ...] = ()) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder, {})
        self._guard, self._password = guard, password
        given = {"bind": "127.0.0.1", "dir": str(folder), **guard.directives(self.port, password)}
        lines = [*(f"{name} {value}" for name, value in given.items()), *directives]
        (folder / "redis.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.child = Child(["redis-server", str(folder / "redis.conf"), *mode], folder / "redis.log")

    def start(self) -> None:
        self.child.start(self._is_ready)

    def _is_ready(self) -> bool:
        try:
            with self._guard.client(self.port, self._password) as client:
                return bool(client.ping())
        except RedisError:
            return False


@dataclass
class Watched:
    """Two servers, the second a replica at first, and the sentinels that watch them; `url` is for the portal."""

    servers: list[Guarded]
    sentinels: list[Guarded]
    guard: Guard

    @property
    def url(self) -> str:
        return self.url_by(*(each.port for each in self.sentinels))

    def url_by(self, *ports: int) -> str:
        """`ports`: where the sentinels are reached."""
        query = {"sentinel": NAME}
        if self.guard.sentinel_password:
            query["sentinel_password"] = self.guard.sentinel_password
        if self.guard.folder is not None:
            query["ssl_ca_certs"] = str(self.guard.folder / CERTIFICATE)
        scheme = "redis" if self.guard.folder is None else "rediss"
        login = f":{self.guard.password}@" if self.guard.password else ""
        return f"{scheme}://{login}{','.join(f'127.0.0.1:{port}' for port in ports)}/0?{urlencode(query)}"

    def server(self, port: int) -> Redis:
        return self.guard.client(port, self.guard.password)

    def sentinel(self) -> Redis:
        """The first one that runs."""
        port = next(each.port for each in self.sentinels if each.child.is_running)
        return self.guard.client(port, self.guard.sentinel_password)

    def master(self) -> int:
        """The port of who is the master now."""
        with self.sentinel() as sentinel:
            _, port = sentinel.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
            return int(port)

    def kill_master(self) -> None:
        master = self.master()
        next(each for each in self.servers if each.port == master).child.kill()

    def replace_master(self) -> None:
        """It goes on living, and takes itself for the master for some ten seconds."""
        with self.sentinel() as sentinel:
            sentinel.execute_command("SENTINEL", "FAILOVER", NAME)

    def is_whole(self) -> bool:
        """Whether every sentinel knows of the replica and of the other sentinels: only then can there be a failover."""
        for each in self.sentinels:
            with self.guard.client(each.port, self.guard.sentinel_password) as sentinel:
                known = sentinel.info("sentinel")["master0"]
            if (known["slaves"], known["sentinels"]) != (1, len(self.sentinels)):
                return False
        return True


@contextmanager
def running_sentinels(*, password: str = "", sentinel_password: str = "", tls: bool = False) -> Iterator[Watched]:
    """They need a second to find that a server is gone."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="counterfoil-sentinels-")))
        guard = Guard(password, sentinel_password, folder if tls else None)
        if tls:
            make_certificate(folder)
        servers = [_server(folder / f"server-{number}", guard) for number in (1, 2)]
        for server in servers:
            stack.callback(server.child.kill)
        with guard.client(servers[1].port, password) as replica:
            replica.replicaof("127.0.0.1", str(servers[0].port))
        sentinels = [_sentinel(folder / f"sentinel-{number}", servers[0].port, guard) for number in (1, 2, 3)]
        for sentinel in sentinels:
            stack.callback(sentinel.child.kill)
        watched = Watched(servers, sentinels, guard)
        deadline = time.monotonic() + 60
        while not watched.is_whole():
            assert time.monotonic() < deadline, "the sentinels do not find each other"
            time.sleep(0.1)
        yield watched


def _server(folder: Path, guard: Guard) -> Guarded:
    directives = ['save ""', "repl-diskless-sync-delay 0"]
    if guard.password:
        directives.append(f"masterauth {guard.password}")
    return first_that_starts(lambda: Guarded(folder, guard, guard.password, *directives))


def _sentinel(folder: Path, master: int, guard: Guard) -> Guarded:
    directives = [f"sentinel monitor {NAME} 127.0.0.1 {master} 2", f"sentinel down-after-milliseconds {NAME} 1000"]
    directives.append(f"sentinel failover-timeout {NAME} 6000")
    if guard.password:
        directives.append(f"sentinel auth-pass {NAME} {guard.password}")
    if guard.sentinel_password:
        directives.append(f"sentinel sentinel-pass {guard.sentinel_password}")
    return first_that_starts(lambda: Guarded(folder, guard, guard.sentinel_password, *directives, mode=("--sentinel",)))


def make_certificate(folder: Path) -> Path:
    """For 127.0.0.1, its own authority."""
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    request += ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / KEY), "-out", str(folder / CERTIFICATE)]
    subprocess.run([*request, *files], check=True, capture_output=True, timeout=120)
    return folder / CERTIFICATE
