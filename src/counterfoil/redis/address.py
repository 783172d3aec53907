"""Where a Redis is, or who knows it, as connections need to know it. What its URL may say: settings/redis_url.py."""

import ssl
from dataclasses import dataclass, field, replace

from counterfoil.settings.redis_url import read_redis_url

PORT, SENTINEL_PORT = 6379, 26379


@dataclass(frozen=True)
class Address:
    """`host` and `port`, or the `path` of a socket, or the `sentinels` that know where `master` is.

    `others`: of the same Redis Cluster, asked when the first does not answer.
    """

    host: str = ""
    port: int = PORT
    path: str = ""
    database: int = 0
    tls: ssl.SSLContext | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    sentinels: "tuple[Address, ...]" = ()
    master: str = ""
    others: "tuple[Address, ...]" = ()

    def at(self, host: str, port: int) -> "Address":
        """A server of the same kind, at another place."""
        return replace(self, host=host, port=port, others=())

    @property
    def login(self) -> tuple[str, ...]:
        """The arguments of AUTH, if there is anything to say."""
        return (self.username, self.password) if self.username else (self.password,) if self.password else ()


def parse_address(url: str) -> Address:
    """Of a URL as the settings take it. Raises ValueError, and OSError for certificates that cannot be read."""
    given = read_redis_url(url)
    tls = ssl.create_default_context(cafile=given.authorities) if given.is_tls else None
    server = Address(
        path=given.path,
        database=given.database,
        tls=tls,
        username=given.username,
        password=given.password,
        master=given.master,
    )
    if given.path:
        return server
    (host, port), *others = given.hosts
    if given.master:
        sentinels = [(host, port or SENTINEL_PORT) for host, port in given.hosts]
        watching = Address(tls=tls, password=given.sentinel_password)
        return replace(server, sentinels=tuple(watching.at(*place) for place in sentinels))
    first = server.at(host, port or PORT)
    return replace(first, others=tuple(first.at(host, port or PORT) for host, port in others))
