"""Calls from Salesforce to a portal that would not look by itself for an hour."""

import base64
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from standardwebhooks.webhooks import Webhook

from tests.org import OrgSandbox
from tests.stack import Stack, running_stack

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
ORDER = {"items": [{"product_id": 2, "billing_cycle": "monthly"}], "gateway": "banktransfer"}


def call(stack: Stack, body: object, *, secret: str = SECRET, id_: str = "") -> httpx2.Response:
    now, id_, text = datetime.now(UTC), id_ or f"msg_{time.time_ns()}", json.dumps(body)
    signature = Webhook(secret).sign(id_, now, text)
    headers = {"webhook-id": id_, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    return httpx2.post(f"{stack.url}/webhooks/salesforce", content=text, headers=headers, timeout=60)


def reached(client: httpx2.Client, order_id: str, status: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while (order := client.get(f"/api/v1/orders/{order_id}").json())["status"] != status:
        assert time.monotonic() < deadline, order
        time.sleep(0.1)
    return dict(order)


def test_approval_is_seen_at_once(tmp_path: Path, org: OrgSandbox) -> None:
    """A genuine call makes the portal look; what it says beyond the id does not count, nor does a second time."""
    settings = {**org.settings, "salesforce_poll_seconds": "3600", "salesforce_webhook_secret": SECRET}
    with running_stack(tmp_path, **settings) as stack, stack.visitor("ada@example.com") as ada:
        order_id = ada.post("/api/v1/orders", json=ORDER, headers={"Idempotency-Key": str(uuid4())}).json()["id"]
        reached(ada, order_id, "awaiting_approval")
        approval = {"type": "order.approved", "data": {"order_id": org.order(order_id)["Id"]}}
        assert call(stack, approval).status_code == 204
        assert ada.get(f"/api/v1/orders/{order_id}").json()["status"] == "awaiting_approval"
        org.approve(org.order(order_id)["Id"])
        for _ in range(2):
            assert call(stack, approval, id_="msg_twice").status_code == 204
        reached(ada, order_id, "active")
        assert stack.sandbox.actions().count("AddOrder") == 1

        another = "whsec_" + base64.b64encode(b"t" * 32).decode()
        assert call(stack, approval, secret=another).status_code == 401
        for nonsense in ({"type": "order.approved"}, {"type": "x", "data": {"order_id": "' OR Id != '"}}, [], "x"):
            assert call(stack, nonsense).status_code == 400
        org.break_with("status", operation="query")
        assert (busy := call(stack, approval)).status_code == 503
        assert int(busy.headers["retry-after"]) >= 1
        org.mend()
