"""The portal and the WHMCS sandbox as real processes that talk over HTTP. Redis and PostgreSQL: servers.py."""

import base64
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.databases import give_schema
from tests.processes import Child, free_port

COUNTERFOIL = [str(Path(sys.executable).with_name("counterfoil"))]


class Sandbox:
    """WHMCS's stand-in at `url`, and the control interface through which a test looks at it and breaks it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [*COUNTERFOIL, "sandbox", "whmcs", "--port", str(self.port), *options]
        self.child = Child(command, folder / "whmcs.log", env=plain_environment(), cwd=folder)

    def start(self) -> None:
        self.child.spawn()
        self.wait()

    def wait(self) -> None:
        self.child.wait_until(lambda: answers(f"{self.url}/"))

    def api(self, action: str, **params: str | int) -> dict[str, Any]:
        """What WHMCS itself says to somebody who asks its API."""
        credentials = {"identifier": "sandbox-identifier", "secret": "sandbox-secret", "responsetype": "json"}
        asked = {"action": action, **credentials, **params}
        answer = httpx2.post(f"{self.url}/includes/api.php", data=asked, timeout=60)
        said: dict[str, Any] = answer.json()
        assert said["result"] == "success", said
        return said

    def notable(self, name: str) -> int:
        """The id of a seeded invoice that has a name, such as "ada.overdue"."""
        invoice_id = self.control("GET", "people")["invoices"][name]
        assert isinstance(invoice_id, int)
        return invoice_id

    def calls(self) -> list[dict[str, Any]]:
        """Every API call since the record was last cleared: `action`, `params`, ..."""
        seen: list[dict[str, Any]] = self.control("GET", "calls")["calls"]
        return seen

    def actions(self) -> list[str]:
        return [call["action"] for call in self.calls()]

    def forget_calls(self) -> None:
        self.control("DELETE", "calls")

    def break_with(self, kind: str, **rule: Any) -> None:
        """From now on calls meet this fault: docs/sandbox.md lists them."""
        self.control("POST", "faults", {"kind": kind, **rule})

    def mend(self) -> None:
        self.control("DELETE", "faults")

    def tell(self, event: str, **data: int) -> None:
        """Sends a webhook, whether or not something happened."""
        self.control("POST", "webhooks", {"type": event, "data": data})
        self.wait_for_deliveries()

    def wait_for_deliveries(self) -> None:
        """Returns when the portal has confirmed every webhook that was sent."""
        deadline = time.monotonic() + 60
        while any(not sent["answered_at"] for sent in self.control("GET", "deliveries")):
            assert time.monotonic() < deadline, "a webhook is not confirmed"
            time.sleep(0.02)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """What the control interface answers to `method /_sandbox/path`."""
        answer = httpx2.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None


class Stack:
    """`url` is the portal's, `sandbox` its WHMCS, `portal` its process."""

    def __init__(self, folder: Path, *, workers: int = 1, openid: bool = False, **settings: str) -> None:
        """`settings` are the portal's, in lower case and without the prefix; what is not given suits the sandbox.
        `openid`: people sign in by the sandbox's OpenID Connect provider.
        """
        self.folder = folder
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        hooks = ["--portal", self.url, "--webhook-secret", self.webhook_secret]
        self.sandbox = Sandbox(folder, *hooks)
        self.settings = {
            "base_url": self.url,
            "secret_key": secrets.token_urlsafe(48),
            "database_url": f"sqlite+aiosqlite:///{folder / 'portal.db'}",
            "whmcs_url": self.sandbox.url,
            "whmcs_identifier": "sandbox-identifier",
            "whmcs_secret": "sandbox-secret",
            "webhook_secret": self.webhook_secret,
            "log_format": "json",
            **(openid_settings(self.sandbox.url) if openid else {}),
            **settings,
        }
        self.environment = plain_environment() | {
            f"COUNTERFOIL_{name.upper()}": value for name, value in self.settings.items()
        }
        serve = ["serve", "--port", str(port), "--workers", str(workers)]
        self.portal = Child([*COUNTERFOIL, *serve], folder / "portal.log", env=self.environment, cwd=folder)

    def start(self) -> None:
        self.portal.start(lambda: answers(f"{self.url}/readyz"))

    @contextmanager
    def visitor(self, email: str = "", password: str = "demo-password-1") -> Iterator[httpx2.Client]:
        """A caller of the API with a session of its own, signed in when `email` is given."""
        with httpx2.Client(base_url=self.url, timeout=60) as client:
            if email:
                client.post("/api/v1/session", json={"email": email, "password": password}).raise_for_status()
            yield client

    def command(self, *arguments: str) -> str:
        """Runs `counterfoil ARGUMENTS` with the portal's settings; gives what it printed."""
        log = self.folder / f"command-{len(list(self.folder.iterdir()))}.log"
        child = Child([*COUNTERFOIL, *arguments], log, env=self.environment, cwd=self.folder)
        assert child.run() == 0, child.output()
        return child.output()

    def logged(self) -> list[dict[str, Any]]:
        """The portal's log lines so far; what is not JSON fails the test."""
        whole, _, _ = self.portal.output().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines() if line]

    def logged_request(self, request_id: str) -> dict[str, Any]:
        """The line of a request, which may be written a little later than its answer, and by any worker."""
        deadline = time.monotonic() + 60
        while True:
            found = [line for line in self.logged() if line["event"] == "request" and line["request_id"] == request_id]
            if found:
                (line,) = found
                return line
            assert time.monotonic() < deadline, "a request was not logged"
            time.sleep(0.01)


@contextmanager
def running_stack(folder: Path, *, workers: int = 1, openid: bool = False, **settings: str) -> Iterator[Stack]:
    """A portal and a sandbox that nobody else uses. The database has its schema: `migrate` has tests of its own."""
    stack = Stack(folder, workers=workers, openid=openid, **settings)
    try:
        stack.sandbox.child.spawn()
        give_schema(stack.settings["database_url"])
        stack.start()
        stack.sandbox.wait()
        yield stack
    finally:
        stack.portal.stop()
        stack.sandbox.child.stop()


def openid_settings(whmcs_url: str) -> dict[str, str]:
    """The portal's, for the sandbox's provider, which is where WHMCS has it."""
    return {
        "oidc_issuer": whmcs_url,
        "oidc_discovery_url": f"{whmcs_url}/oauth/openid-configuration.php",
        "oidc_client_id": "sandbox-client",
        "oidc_client_secret": "sandbox-client-secret",
    }


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=10).status_code < 500
    except httpx2.HTTPError:
        return False


def plain_environment() -> dict[str, str]:
    """This process's environment without settings of Counterfoil's that somebody may have exported."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
