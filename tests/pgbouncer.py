"""A real pgbouncer in front of a PostgreSQL, with so few connections to it that everybody shares them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.processes import Child, accepts, free_port

PROGRAM = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
"""Debian keeps it off the PATH of people."""

_CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server} user=counterfoil
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 2
"""


@contextmanager
def running_pgbouncer(url: str, mode: str = "transaction") -> Iterator[str]:
    """The URL of the same database through it."""
    port, server = free_port(), urlsplit(url).port
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="counterfoil-pgbouncer-") as folder:
        path = Path(folder) / "pgbouncer.ini"
        path.write_text(_CONFIGURATION.format(server=server, port=port, mode=mode))
        for each in (Path(folder), path):
            each.chmod(0o755)
        child = Child([PROGRAM, str(path)], Path(folder) / "pgbouncer.log", user=user)
        child.start(lambda: accepts(port))
        try:
            yield url.replace(f":{server}/", f":{port}/")
        finally:
            child.stop()
