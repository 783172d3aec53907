"""What goes wrong with a Redis. Whoever keeps something in it says it in words of their own.

RedisAway
├── ErrorReply     it answered, that it cannot or may not
└── OneOfACluster  it answered, but holds some of the keys only
"""


class RedisAway(Exception):
    """It cannot answer now, or nobody knows whether it did. `left`: for how many seconds, if that is known."""

    def __init__(self, why: str, left: float = 0.0) -> None:
        super().__init__(why)
        self.left = left


class ErrorReply(RedisAway):
    """In the server's words, which begin with a code: READONLY, LOADING, OOM, NOAUTH, ..."""


class OneOfACluster(RedisAway):
    """The server that was greeted holds some of the keys only."""
