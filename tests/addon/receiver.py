"""Who gets the addon's messages in these tests: checks their signatures with another implementation than ours."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

VERSION = "0.2.0"


@dataclass
class Receiver:
    """Answers 204 to what it can verify with one of `secrets`, 401 otherwise; `status` overrides. `seen`: what came."""

    secrets: list[str] = field(default_factory=list)
    status: int = 0
    hangs: float = 0.0
    at: float | None = None
    """The time that it believes it is; signatures are refused 5 minutes away from it."""
    headers: dict[str, str] = field(default_factory=lambda: {"Counterfoil-Version": VERSION})
    before: Callable[[], None] = lambda: None
    seen: "deque[Message]" = field(default_factory=deque)
    url: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def accepted(self) -> "list[Message]":
        return [message for message in self.seen if message.status == 204]

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        self.before()
        self.closing.wait(self.hangs)
        status = self.status or (204 if self.verifies(headers, body) else 401)
        self.seen.append(Message(headers["webhook-id"], json.loads(body), headers, body.decode(), status))
        return status

    def verifies(self, headers: dict[str, str], body: bytes) -> bool:
        now = time.time() if self.at is None else self.at
        if abs(now - int(headers["webhook-timestamp"])) > 300:
            return False
        # The reference implementation knows only the real time.
        given = headers["webhook-signature"].split()
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        return any(
            Webhook(secret).sign(headers["webhook-id"], moment, body.decode()) in given for secret in self.secrets
        )


@dataclass(frozen=True)
class Message:
    id: str
    content: dict[str, Any]
    headers: dict[str, str]
    body: str
    status: int

    @property
    def type(self) -> str:
        return str(self.content["type"])

    @property
    def data(self) -> dict[str, int]:
        found: dict[str, int] = self.content["data"]
        return found


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.answer({name.lower(): value for name, value in self.headers.items()}, body)
            if receiver.closing.is_set():
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            raise AssertionError("a redirect was followed")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
