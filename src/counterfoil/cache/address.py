"""Where a Redis is, by its URL. What goes wrong is said without the URL, which holds a password."""

import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Address:
    """`host` and `port`, or the `path` of a socket."""

    host: str = ""
    port: int = 6379
    path: str = ""
    database: int = 0
    tls: ssl.SSLContext | None = None
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def login(self) -> tuple[str, ...]:
        """The arguments of AUTH, if there is anything to say."""
        return (self.username, self.password) if self.username else (self.password,) if self.password else ()


def parse_address(url: str) -> Address:
    """redis://[[user]:password@]host[:port][/db], rediss:// with ?ssl_ca_certs=FILE, unix://[..@]/path[?db=N].

    Raises ValueError.
    """
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    is_socket = parts.scheme == "unix"
    database = query.get("db", "" if is_socket else parts.path.strip("/")) or "0"
    if parts.scheme not in {"redis", "rediss", "unix"} or not (parts.path if is_socket else parts.hostname):
        raise ValueError("must be redis://, rediss:// or unix:// with a host or a path")
    if not database.isdecimal():
        raise ValueError("the database must be a number")
    return Address(
        host=parts.hostname or "",
        port=parts.port or 6379,
        path=unquote(parts.path) if is_socket else "",
        database=int(database),
        tls=ssl.create_default_context(cafile=query.get("ssl_ca_certs")) if parts.scheme == "rediss" else None,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
