"""The doctor sends a webhook the way that WHMCS's go: through the public address, and back out of the database."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.commands import run_forked
from tests.stack import Stack, running_stack
from tests.web.metrics.exposed import samples_in, value_of

LAST = "counterfoil_webhook_last_timestamp_seconds"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("portal")) as running:
        yield running


def about(stack: Stack, check: str, **changed: str) -> dict[str, Any]:
    done = run_forked(stack.folder, "doctor", "--json", **{**stack.settings, **changed})
    assert "Traceback" not in done.stderr
    assert stack.webhook_secret not in done.stdout
    (found,) = [each for each in json.loads(done.stdout)["checks"] if each["check"] == check]
    assert isinstance(found, dict)
    return found


@contextlib.contextmanager
def in_front(url: str, *, status: int = 0, **more: str) -> Iterator[str]:
    """Something in front of the portal: passes on with headers of its own, or answers itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if status:
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
            else:
                headers = {**dict(self.headers), **more, "Host": url.partition("//")[2]}
                answer = httpx2.post(f"{url}{self.path}", content=body, headers=headers, timeout=60)
                self.send_response(answer.status_code)
                for name in answer.headers.keys() - {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_there_and_back(stack: Stack) -> None:
    """And that is no sign of life of WHMCS: whoever waits for its webhooks goes on waiting."""
    before = value_of(samples_in(httpx2.get(f"{stack.url}/metrics", timeout=60).text), LAST, sender="whmcs")
    found = about(stack, "webhook way")
    assert (found["verdict"], "arrived" in found["message"]) == ("ok", True)
    assert value_of(samples_in(httpx2.get(f"{stack.url}/metrics", timeout=60).text), LAST, sender="whmcs") == before


def test_the_last_change_that_was_heard_of(stack: Stack) -> None:
    """Test messages of the doctor do not count."""
    about(stack, "webhook way")
    assert "none has come yet" in about(stack, "webhook last")["message"]
    stack.sandbox.tell("invoice.updated", client_id=1, invoice_id=1)
    assert "0.0 hours ago" in about(stack, "webhook last")["message"]


def test_another_secret(stack: Stack) -> None:
    found = about(stack, "webhook way", webhook_secret="whsec_" + "bW9y" * 8)
    assert (found["verdict"], "refuses the signature" in found["message"]) == ("fail", True)


def test_another_portal(stack: Stack) -> None:
    """Whatever answers 204 there, the message is not in this database."""
    with in_front(stack.url, status=204) as url:
        found = about(stack, "webhook way", base_url=url)
    assert (found["verdict"], "did not arrive" in found["message"]) == ("fail", True)


def test_a_redirect(stack: Stack) -> None:
    with in_front(stack.url, status=301, Location="https://www.example.com/webhooks/whmcs") as url:
        found = about(stack, "webhook way", base_url=url)
    assert (found["verdict"], "www.example.com" in found["message"]) == ("fail", True)


def test_something_else_answers(stack: Stack) -> None:
    with in_front(stack.url, status=403) as url:
        found = about(stack, "webhook way", base_url=url)
    assert (found["verdict"], "403" in found["message"]) == ("fail", True)


def test_a_proxy_that_is_not_believed(stack: Stack) -> None:
    """It is named as the portal sees it."""
    with in_front(stack.url, **{"X-Forwarded-For": "203.0.113.9"}) as url:
        found = about(stack, "proxy", base_url=url)
    assert found["verdict"] == "warn"
    assert "127.0.0.1" in found["message"]
    assert "TRUSTED_PROXIES" in found["advice"]


def test_no_portal_runs(tmp_path: Path, settings: dict[str, str]) -> None:
    """Before the first start that is no failure; an address that nobody knows is said."""
    found = json.loads(run_forked(tmp_path, "doctor", "--json", **settings).stdout)["checks"]
    (way,) = [each for each in found if each["check"] == "webhook way"]
    assert (way["verdict"], "no portal runs" in way["message"]) == ("ok", True)
    away = {**settings, "base_url": "https://portal.counterfoil.invalid"}
    found = json.loads(run_forked(tmp_path, "doctor", "--json", **away).stdout)["checks"]
    (way,) = [each for each in found if each["check"] == "webhook way"]
    assert (way["verdict"], "host name is not known" in way["message"]) == ("warn", True)
