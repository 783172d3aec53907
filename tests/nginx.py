"""A real nginx in front of several portals, with the settings that it has when nobody sets any."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.processes import Child, accepts, free_port

PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
"""Debian keeps it off the PATH of people."""

_CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    upstream portal {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://portal;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""


@contextmanager
def running_nginx(urls: Sequence[str]) -> Iterator[str]:
    """Its own URL; behind it the servers at `urls`, by turns."""
    port = free_port()
    servers = " ".join(f"server {urlsplit(url).netloc};" for url in urls)
    # As root it would hand its workers to somebody who may not write here.
    text = _CONFIGURATION.format(user="user root;" if os.geteuid() == 0 else "", servers=servers, port=port)
    with tempfile.TemporaryDirectory(prefix="counterfoil-nginx-") as folder:
        path = Path(folder)
        (path / "nginx.conf").write_text(text)
        child = Child([PROGRAM, "-p", folder, "-c", str(path / "nginx.conf"), "-e", "error.log"], path / "nginx.log")
        child.start(lambda: accepts(port))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            child.stop()
