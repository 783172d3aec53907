"""The whole of it: a proxy, two portals, Redis with Sentinel, PostgreSQL with a standby, and WHMCS, each on a host."""

import base64
import secrets
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from proofs.deploy.conftest import ROOT
from proofs.machines.neighbours import WITHIN, Caches, Databases
from proofs.machines.network import Host, network
from tests.processes import Child
from tests.stack import COUNTERFOIL, plain_environment

NUMBERS = {
    "proxy": 2,
    "whmcs": 9,
    "portal-1": 11,
    "portal-2": 12,
    "redis-1": 21,
    "redis-2": 22,
    "redis-3": 23,
    "database-1": 31,
    "database-2": 32,
}
PORT, WHMCS_PORT = 8000, 8081
CONTROL_KEY = "for-this-proof-only"
SCRATCH = "".join(f"{kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
NGINX = f"user root; daemon off; pid nginx.pid; error_log error.log; events {{}} http {{ access_log off; {SCRATCH}"


class Shop:
    def __init__(self, hosts: dict[str, Host], folder: Path) -> None:
        self.hosts = hosts
        self.url = f"https://{hosts['proxy'].address}"
        self.webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        self.certificate = certificate_for(hosts["proxy"].address, folder)
        self.trusting = ssl.create_default_context(cafile=str(self.certificate))
        self._start_whmcs()
        self.databases = Databases(hosts["database-1"], hosts["database-2"])
        portals = [hosts["portal-1"], hosts["portal-2"]]
        self.caches = Caches([hosts[f"redis-{number}"] for number in (1, 2, 3)], [*portals, hosts["proxy"]])
        migrating = portals[0].program("migrate", *COUNTERFOIL, "migrate", env=self._settings(portals[0]))
        assert migrating.run(WITHIN) == 0, migrating.output()
        self.portals = {host.name: self._portal(host) for host in portals}
        for name in self.portals:
            self.start(name)
        self._start_proxy(portals)

    def _start_whmcs(self) -> None:
        host = self.hosts["whmcs"]
        listen = ["--host", host.address, "--port", str(WHMCS_PORT), "--control-key", CONTROL_KEY]
        sandbox = host.program("whmcs", *COUNTERFOIL, "sandbox", "whmcs", *listen, env=plain_environment())
        self.whmcs_url = f"http://{host.address}:{WHMCS_PORT}"
        sandbox.start(lambda: is_there(f"{self.whmcs_url}/"), WITHIN)

    def _settings(self, host: Host) -> dict[str, str]:
        given = {
            "base_url": self.url,
            "trusted_proxies": self.hosts["proxy"].address,
            "secret_key": CONTROL_KEY * 3,
            "database_url": self.databases.url,
            "cache_url": self.caches.url,
            # By way of this host's own nginx, which stands for TLS: a WHMCS elsewhere must be https.
            "whmcs_url": f"http://127.0.0.1:{WHMCS_PORT}",
            "whmcs_identifier": "sandbox-identifier",
            "whmcs_secret": "sandbox-secret",
            "webhook_secret": self.webhook_secret,
            "order_limit": "none",
            "log_format": "json",
        }
        named = {f"COUNTERFOIL_{name.upper()}": value for name, value in given.items()}
        return plain_environment() | named | {"TMPDIR": str(host.folder)}

    def _portal(self, host: Host) -> Child:
        tunnel = host.folder / "tunnel"
        tunnel.mkdir()
        pass_on = f"server {{ listen 127.0.0.1:{WHMCS_PORT}; location / {{ proxy_pass {self.whmcs_url}; }} }}"
        (tunnel / "nginx.conf").write_text(f"{NGINX} {pass_on} }}")
        self._nginx(host, tunnel).spawn()
        serve = ["serve", "--host", "0.0.0.0", "--port", str(PORT)]
        return host.program("portal", *COUNTERFOIL, *serve, env=self._settings(host))

    def start(self, name: str) -> None:
        ready = f"http://{self.hosts[name].address}:{PORT}/readyz"
        self.portals[name].start(lambda: is_there(ready), WITHIN)

    def _start_proxy(self, portals: list[Host]) -> None:
        host = self.hosts["proxy"]
        text = (ROOT / "deploy/proxies/nginx.conf").read_text(encoding="utf-8")
        for shown, portal in zip(("10.0.0.11:8000", "10.0.0.12:8000"), portals, strict=True):
            text = text.replace(shown, f"{portal.address}:{PORT}")
        text = text.replace("/etc/ssl/certs/billing.example.com.pem", str(self.certificate))
        text = text.replace("/etc/ssl/private/billing.example.com.key", str(self.certificate))
        (host.folder / "nginx.conf").write_text(f"{NGINX} {text.replace('billing.example.com', host.address)} }}")
        self._nginx(host, host.folder).spawn()

    @staticmethod
    def _nginx(host: Host, folder: Path) -> Child:
        return host.program(
            "nginx", "/usr/sbin/nginx", "-p", f"{folder}/", "-c", f"{folder}/nginx.conf", "-e", "error.log"
        )

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, verify=self.trusting, timeout=60)

    def doctor(self) -> str:
        host = self.hosts["portal-1"]
        child = host.program("doctor", *COUNTERFOIL, "doctor", env=self._settings(host))
        child.run(WITHIN)
        return child.output()


def is_there(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5).status_code < 500
    except httpx2.HTTPError:
        return False


def certificate_for(address: str, folder: Path) -> Path:
    both = folder / "both.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={address}"]
    names = ["-addext", f"subjectAltName=IP:{address}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([*made, *names], check=True, capture_output=True)
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both


@contextmanager
def running_shop() -> Iterator[Shop]:
    """In a folder that PostgreSQL's user may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="counterfoil-machines-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with network(folder, NUMBERS) as hosts:
            yield Shop(hosts, folder)
