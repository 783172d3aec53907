"""What the sandbox sends is what a Standard Webhooks receiver accepts, and it does not give up at once."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.sandbox.conftest import Whmcs

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


class Receiver(ThreadingHTTPServer):
    """Verifies with the `standardwebhooks` package; answers with the next of `statuses`, then 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.attempts: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = dict(self.headers.items())
        event = Webhook(SECRET).verify(body, headers)
        self.server.attempts.append((self.headers["webhook-id"], self.headers["webhook-timestamp"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        if status == 204:
            self.server.got.append((self.headers["webhook-id"], event))
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver(whmcs: Whmcs) -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/webhooks/whmcs"
        whmcs.control("PATCH", "settings", {"webhook_url": url, "webhook_secret": SECRET})
        yield server
        whmcs.control("PATCH", "settings", {"webhook_url": ""})
        server.shutdown()
        thread.join()


def delivered(whmcs: Whmcs, count: int) -> list[dict[str, Any]]:
    """The deliveries, once `count` of them have ended."""
    pause = threading.Event()
    for _ in range(500):
        found: list[dict[str, Any]] = whmcs.control("GET", "deliveries")
        if sum(one["state"] != "waiting" for one in found) >= count:
            return found
        pause.wait(0.02)
    raise AssertionError(found)


def test_a_payment_is_told_with_ids_only(whmcs: Whmcs, receiver: Receiver) -> None:
    """Signed as the standard says: three events, no amounts, no names."""
    whmcs.control("PATCH", "invoices/1083", {"pay": "all"})
    delivered(whmcs, 3)
    bodies = {event["type"]: event["data"] for _id, event in receiver.got}
    assert bodies == {
        "invoice.payment_added": {"invoice_id": 1083, "client_id": 1},
        "transaction.added": {"client_id": 1},
        "invoice.paid": {"invoice_id": 1083, "client_id": 1},
    }
    assert len({message_id for message_id, _event in receiver.got}) == 3


def test_an_unanswered_message_is_sent_again_with_its_id(whmcs: Whmcs, receiver: Receiver) -> None:
    """503 is no answer; the same id comes again, signed anew."""
    receiver.statuses = [503]
    whmcs.control("POST", "webhooks", {"type": "ping", "data": {}})
    (delivery,) = delivered(whmcs, 1)
    assert (delivery["statuses"], delivery["state"]) == ([503, 204], "delivered")
    assert [message_id for message_id, _at in receiver.attempts] == [delivery["id"]] * 2


def test_the_weather_loses_and_doubles_messages(whmcs: Whmcs, receiver: Receiver) -> None:
    """Lost means never sent; copies carry one id."""
    whmcs.control("PATCH", "settings", {"weather": {"mode": "lost"}})
    whmcs.control("PATCH", "clients/1", {"city": "Oslo"})
    whmcs.control("PATCH", "settings", {"weather": {"copies": 2}})
    whmcs.control("PATCH", "clients/1", {"city": "Bergen"})
    delivered(whmcs, 2)
    assert len(receiver.got) == 2
    assert len({message_id for message_id, _event in receiver.got}) == 1


def test_nobody_listens(whmcs: Whmcs, receiver: Receiver) -> None:
    """A portal that is down is tried again and the attempt is noted as 0."""
    whmcs.control("PATCH", "settings", {"webhook_url": "http://127.0.0.1:9/", "webhook_secret": SECRET})
    whmcs.control("POST", "webhooks", {"type": "ping", "retry": False})
    (delivery,) = delivered(whmcs, 1)
    assert (delivery["statuses"], delivery["state"]) == ([0], "given up")
    assert json.dumps(delivery["data"]) == "{}"
