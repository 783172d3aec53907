"""Two workers whose cache is a Redis Cluster, of which they are told one node."""

import time
from collections.abc import Iterator

import httpx2
import pytest

from tests.clusters import Nodes, running_cluster
from tests.portal.conftest import Portal
from tests.portal.test_sign_in import problem
from tests.stack import running_stack

INVOICES = "/api/v1/invoices?page_size=100"


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with running_cluster(replicas=1) as running:
        yield running


@pytest.fixture(scope="module")
def portal(nodes: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("portal")
    # Several: the one that the test kills may be the first.
    url = f"redis://{','.join(f'127.0.0.1:{each.port}' for each in nodes.servers[:3])}"
    with running_stack(folder, workers=2, cache_url=url) as stack:
        yield Portal(stack)


def test_a_change_shows_at_once(portal: Portal) -> None:
    """F2, F4: for customers whose keys lie with different masters, in both workers."""
    for number, email in ((1, "ada@example.com"), (2, "bob@example.com")):
        with portal.visitor(email) as visitor:
            first = visitor.get(INVOICES).raise_for_status().json()["items"][0]
            portal.whmcs.control("PATCH", f"invoices/{first['id']}", {"status": "Cancelled", "tell": False})
            assert portal.webhook("invoice.changed", client_id=number, invoice_id=int(first["id"])).status_code == 204
            for _ in range(6):
                items = visitor.get(INVOICES).raise_for_status().json()["items"]
                assert {each["id"]: each["status"] for each in items}[first["id"]] == "cancelled"
            assert visitor.patch("/api/v1/profile", json={"city": "Leeds"}).json()["city"] == "Leeds"
            for _ in range(6):
                assert visitor.get("/api/v1/profile").json()["city"] == "Leeds"


def test_wrong_passwords_are_counted_by_both_workers(portal: Portal) -> None:
    """Ten in all, not ten each."""
    wrong = {"email": "guessed@example.com", "password": "wrong"}
    with portal.visitor() as visitor:
        statuses = [visitor.post("/api/v1/session", json=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_a_failover_is_survived(portal: Portal, nodes: Nodes) -> None:
    """F10, F11: customers read on, edits are refused before WHMCS is asked, and when all is well again they are not."""
    with portal.visitor("chidi@example.com") as visitor:
        visitor.get("/api/v1/profile").raise_for_status()
        nodes.servers[0].child.kill()
        deadline = time.monotonic() + 60
        refused = 0
        while (answer := visitor.patch("/api/v1/profile", json={"city": "Lagos"})).status_code != 200:
            assert problem(answer) == (503, "temporarily_unavailable")
            refused += 1
            assert visitor.get(INVOICES).status_code == 200
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert refused > 0
        while httpx2.get(f"{portal.stack.url}/readyz", timeout=60).json()["neighbours"]["cache"] != "ok":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert visitor.get("/api/v1/profile").json()["city"] == "Lagos"
