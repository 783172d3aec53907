"""A real MariaDB on a free port, for the length of a `with`: what WHMCS itself runs on."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import Child, accepts, free_port

_QUICK = [
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=32M",
    "--skip-name-resolve",
]


class MariaServer:
    """`new_database()` gives an empty database as Capsule takes it."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.socket = folder / "mariadb.sock"
        self.port = free_port()
        self._names = (f"whmcs_{number}" for number in itertools.count())
        own = ["--no-defaults", f"--datadir={folder}/data", f"--socket={self.socket}", f"--port={self.port}"]
        program = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        self.child = Child([program, *own, "--bind-address=127.0.0.1", *_QUICK], folder / "mariadb.log", user=user)

    def start(self) -> None:
        self.child.start(lambda: self.socket.exists() and accepts(self.port))

    def new_database(self) -> dict[str, object]:
        name = next(self._names)
        # The user that made the server may do everything through its socket.
        self._execute(f"create database {name}; grant all on {name}.* to whmcs@'127.0.0.1' identified by 'whmcs'")
        server = {"driver": "mysql", "host": "127.0.0.1", "port": self.port}
        return {**server, "database": name, "username": "whmcs", "password": "whmcs"}

    def _execute(self, statements: str) -> None:
        command = ["mariadb", "--no-defaults", f"--socket={self.socket}", "-u", "root", "-e", statements]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def running_mariadb() -> Iterator[MariaServer]:
    user = "mysql" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="counterfoil-mariadb-") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={folder}/data", "--skip-test-db"]
        install += ["--auth-root-authentication-method=normal"]
        subprocess.run(
            install,
            check=True,
            capture_output=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=folder,
        )
        server = MariaServer(folder, user)
        server.start()
        try:
            yield server
        finally:
            server.child.kill()
