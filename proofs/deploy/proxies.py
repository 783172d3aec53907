"""The proxy files of deploy/proxies as real proxies run them here: other addresses, ports and certificates, no more."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from proofs.deploy.conftest import ROOT
from tests.processes import Child, accepts, free_port

PROXIES = ROOT / "deploy" / "proxies"
MODULES = "/usr/lib/apache2/modules"


class Place(NamedTuple):
    """Where it runs: its folder, its port, the certificate with its key, and the portals' ports."""

    folder: Path
    port: int
    certificate: Path
    portals: tuple[int, int]

    def fitted(self, name: str) -> str:
        """The file with this machine's addresses."""
        text = (PROXIES / name).read_text(encoding="utf-8")
        one, two = self.portals
        text = text.replace("10.0.0.11:8000", f"127.0.0.1:{one}").replace("10.0.0.12:8000", f"127.0.0.1:{two}")
        text = re.sub(r"/etc/ssl/(certs|private)/[\w.]+|/etc/haproxy/[\w.]+", str(self.certificate), text)
        return text.replace("billing.example.com", "localhost")


def nginx(place: Place) -> list[str]:
    text = place.fitted("nginx.conf").replace("listen 443 ssl", f"listen 127.0.0.1:{place.port} ssl")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    scratch = "".join(f"{kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    around = f"{user} daemon off; pid nginx.pid; error_log error.log; events {{}} http {{ access_log off; {scratch}"
    (place.folder / "nginx.conf").write_text(f"{around} {text} }}")
    return ["/usr/sbin/nginx", "-p", str(place.folder), "-c", str(place.folder / "nginx.conf"), "-e", "error.log"]


def caddy(place: Place) -> list[str]:
    one, two = place.portals
    text = place.fitted("Caddyfile").replace(
        "{$PORTAL_HOST:localhost} {",
        f"https://localhost:{place.port} {{\n\ttls {place.certificate} {place.certificate}",
    )
    text = re.sub(r"\{\$PORTALS:[^}]*\}", f"127.0.0.1:{one} 127.0.0.1:{two}", text)
    (place.folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(place.folder / "Caddyfile")]


def haproxy(place: Place) -> list[str]:
    text = place.fitted("haproxy.cfg").replace("bind :443", f"bind 127.0.0.1:{place.port}")
    (place.folder / "haproxy.cfg").write_text(text.replace("    bind :80\n", ""))
    return ["/usr/sbin/haproxy", "-db", "-f", str(place.folder / "haproxy.cfg")]


def apache(place: Place) -> list[str]:
    wanted = "mpm_event ssl headers proxy proxy_http proxy_balancer slotmem_shm lbmethod_byrequests authz_core alias"
    loads = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in wanted.split())
    text = place.fitted("apache.conf").replace("*:443", f"127.0.0.1:{place.port}")
    text = re.sub(r"<VirtualHost \*:80>.*?</VirtualHost>", "", text, flags=re.DOTALL)
    run_as = "User daemon\nGroup daemon" if os.geteuid() == 0 else ""
    (place.folder / "apache.conf").write_text(
        f"ServerRoot {place.folder}\nPidFile apache.pid\nErrorLog error.log\nServerName localhost\n{run_as}\n"
        f"Listen 127.0.0.1:{place.port}\n{loads}\n{text}"
    )
    return ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", str(place.folder / "apache.conf")]


COMMANDS = {"nginx": nginx, "caddy": caddy, "haproxy": haproxy, "apache": apache}


@contextmanager
def running(name: str, place: Place) -> Iterator[str]:
    """Its URL."""
    environment = os.environ | {"HOME": str(place.folder), "XDG_DATA_HOME": str(place.folder)}
    child = Child(COMMANDS[name](place), place.folder / f"{name}.log", env=environment, cwd=place.folder)
    child.start(lambda: accepts(place.port))
    try:
        yield f"https://localhost:{place.port}"
    finally:
        child.stop()
