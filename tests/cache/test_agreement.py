"""That the model of Redis, the memory store, decides as the real one does: any operations, in any order."""

from tests.cache.agreement import explore
from tests.servers import RedisServer


def test_the_stores_agree(redis_server: RedisServer) -> None:
    """The same operations give the same answers and leave the same keys, values and times, in memory and in Redis."""
    explore(redis_server.url, examples=40)
