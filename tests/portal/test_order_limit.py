"""A customer at the operator's limit: told so in words, by the API and on the page, and nothing reaches WHMCS."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.servers import RedisServer
from tests.stack import Stack, running_stack

FIFTY = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 50}], "gateway": "stripe"}
CHOICE = {"offer": "2:monthly", "quantity": "50", "gateway": "stripe"}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def limited(tmp_path: Path, postgres_url: str, redis_server: RedisServer) -> Iterator[Stack]:
    """1,950 EUR are accepted, twice that is not."""
    urls = {"database_url": postgres_url, "cache_url": redis_server.url}
    with running_stack(tmp_path, workers=2, order_limit="10, 2000 EUR", **urls) as stack:
        yield stack


def place(client: httpx2.Client) -> httpx2.Response:
    return client.post("/api/v1/orders", json=FIFTY, headers={"Idempotency-Key": str(uuid4())})


def test_twenty_large_orders_at_once(limited: Stack) -> None:
    """One is accepted. The others are refused with a code of their own; the page keeps the choice."""
    with limited.visitor("ada@example.com") as ada:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: place(ada), range(20)))
        assert sorted({answer.status_code for answer in answers}) == [202, 409]
        assert sum(answer.status_code == 202 for answer in answers) == 1
        refused = place(ada).json()
        assert refused["code"] == "order_limit_reached"
        assert "the last 24 hours" in refused["detail"]
        review = ada.get("/order", params=CHOICE, headers=PAGE)
        fields = CHOICE | {
            name: re.findall(f'name="{name}" value="([^"]+)"', review.text)[0] for name in ("key", "seen")
        }
        page = ada.post("/order", data=fields, headers=PAGE)
        assert page.status_code == 409
        assert "Together with the other orders" in page.text
        assert "Add a payment method" not in page.text
        assert ada.get("/api/v1/orders").json()["total"] == 1
        smaller = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 1}], "gateway": "stripe"}
        assert ada.post("/api/v1/orders", json=smaller, headers={"Idempotency-Key": "b"}).status_code == 202
