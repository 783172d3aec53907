"""PostgreSQL behind a real pgbouncer: each transaction may get another connection to the server."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from counterfoil.db.engine import make_engine
from counterfoil.db.schema import pending, upgrade
from tests.pgbouncer import running_pgbouncer
from tests.servers import RedisServer
from tests.stack import Stack, running_stack

PEOPLE, TIMES = ("ada", "bob", "chidi", "yuki"), 15


def _sign_in_and_look(stack: Stack, number: int) -> set[int]:
    with stack.visitor() as visitor:
        words = {"email": f"{PEOPLE[number % len(PEOPLE)]}@example.com", "password": "demo-password-1"}
        signed_in = visitor.post("/api/v1/session", json=words).status_code
        reads = [visitor.get(path).status_code for path in ("/api/v1/session", "/api/v1/orders")]
        return {signed_in, *reads, visitor.delete("/api/v1/session").status_code}


@pytest.mark.timeout(600)
def test_everybody_gets_through(postgres_url: str, redis_server: RedisServer, tmp_path: Path) -> None:
    """Sixty people at once over two connections, all of them signed in, looked around and signed out again."""
    with (
        running_pgbouncer(postgres_url) as url,
        running_stack(tmp_path, workers=2, database_url=url, cache_url=redis_server.url) as stack,
        ThreadPoolExecutor(12) as people,
    ):
        seen = list(people.map(lambda number: _sign_in_and_look(stack, number), range(len(PEOPLE) * TIMES)))
        assert set().union(*seen) <= {200, 204}
        assert '"error"' not in stack.portal.output()


@pytest.mark.anyio
async def test_the_schema_is_made_through_it(postgres_url: str) -> None:
    """`counterfoil migrate` with the same address."""
    with running_pgbouncer(postgres_url) as url:
        assert await upgrade(url)
        engine = make_engine(url)
        assert await pending(engine) is None
        await engine.dispose()
