"""An edit while Redis is away."""

import time
from collections.abc import Iterator

import pytest

from tests.portal.test_sign_in import problem
from tests.servers import RedisServer, running_redis
from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="module")
def portal(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("portal"), cache_url=redis.url, workers=2) as stack:
        yield stack


def test_an_edit_that_could_not_be_shown_is_refused(portal: Stack, redis: RedisServer) -> None:
    """Before WHMCS is asked to write: the other processes could not be told to forget the old address. When Redis is
    back, so is the edit."""
    with portal.visitor("ada@example.com") as ada:
        ada.get("/api/v1/profile").raise_for_status()
        redis.child.kill()
        portal.sandbox.forget_calls()
        assert problem(ada.patch("/api/v1/profile", json={"city": "Leeds"})) == (503, "temporarily_unavailable")
        page = ada.post(
            "/profile", data={"seen": "x", "city": "Leeds", "country": "GB"}, headers={"Accept": "text/html"}
        )
        assert (page.status_code, 'value="Leeds"' in page.text) == (503, True)
        assert "UpdateClient" not in portal.sandbox.actions()
        redis.start()
        deadline = time.monotonic() + 60
        # Each of the two workers finds out by itself that Redis is back.
        while (again := ada.patch("/api/v1/profile", json={"city": "Leeds"})).status_code != 200:
            assert problem(again) == (503, "temporarily_unavailable")
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert again.json()["city"] == "Leeds"
