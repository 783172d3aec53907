"""Request ids across the portal's processes."""

from pathlib import Path

import httpx2

from tests.servers import RedisServer
from tests.stack import running_stack


def test_no_two_requests_have_one_id(tmp_path: Path, redis_server: RedisServer) -> None:
    """Workers are forks of one process: what they draw must not go on from the state that they share."""
    # Each on a connection of its own, so that both workers have their share.
    alone = {"connection": "close"}
    with (
        running_stack(tmp_path, workers=2, cache_url=redis_server.url) as stack,
        httpx2.Client(base_url=stack.url, headers=alone) as client,
    ):
        answers = [client.get("/healthz") for _ in range(200)]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 200
