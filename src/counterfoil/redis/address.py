"""Where a Redis is, or who knows it, by a URL. What goes wrong is said without the URL, which holds a password."""

import ssl
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, unquote, urlsplit

SENTINEL_PORT = 26379


@dataclass(frozen=True)
class Address:
    """`host` and `port`, or the `path` of a socket, or the `sentinels` that know where `master` is.

    `others`: of the same Redis Cluster, asked when the first does not answer.
    """

    host: str = ""
    port: int = 6379
    path: str = ""
    database: int = 0
    tls: ssl.SSLContext | None = None
    authorities: str | None = None
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
    """redis://[[user]:password@]host[:port][/db], rediss:// with ?ssl_ca_certs=FILE, unix://[..@]/path[?db=N].

    redis://[..@]host[:port],host[:port]/db?sentinel=MASTER[&sentinel_password=..] names sentinels; what comes before
    the @ is for the servers that they watch. Without sentinel= the hosts are of one Redis Cluster, whose other nodes
    are found; one is enough. Raises ValueError.
    """
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    is_socket = parts.scheme == "unix"
    database = query.get("db", "" if is_socket else parts.path.strip("/")) or "0"
    hosts = [urlsplit(f"//{host}") for host in parts.netloc.rpartition("@")[2].split(",")]
    named = bool(parts.path) if is_socket else all(host.hostname for host in hosts)
    if parts.scheme not in {"redis", "rediss", "unix"} or not named:
        raise ValueError("must be redis://, rediss:// or unix:// with a host or a path")
    if not database.isdecimal():
        raise ValueError("the database must be a number")
    authorities, master = query.get("ssl_ca_certs"), query.get("sentinel", "")
    if len(hosts) > 1 and not master and database not in {"", "0"}:
        raise ValueError("a Redis Cluster has no other database than 0")
    tls = ssl.create_default_context(cafile=authorities) if parts.scheme == "rediss" else None
    secret = query.get("sentinel_password", "")
    found = Address(
        host=hosts[0].hostname or "",
        port=hosts[0].port or 6379,
        path=unquote(parts.path) if is_socket else "",
        database=int(database),
        tls=tls,
        authorities=authorities,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sentinels=tuple(
            Address(host.hostname or "", host.port or SENTINEL_PORT, tls=tls, password=secret)
            for host in hosts
            if master
        ),
        master=master,
    )
    return replace(
        found, others=tuple(found.at(host.hostname or "", host.port or 6379) for host in hosts[1:] if not master)
    )
