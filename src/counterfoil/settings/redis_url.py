"""What may stand in the URL of a Redis, and what it says. Of a wrong one the rule is told, never the text, which may
hold a password. How one is reached: counterfoil.redis.address.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote

from counterfoil.settings.addresses import check_scheme, split_url

SCHEMES = ("redis://", "rediss://", "unix://")


@dataclass(frozen=True)
class RedisUrl:
    """`hosts`: of one server or one cluster, or of the sentinels that watch `master`; none where `path` is a socket.

    `username` and `password` are for the servers, `authorities` is a file of certificates that vouch for theirs.
    """

    hosts: tuple[tuple[str, int | None], ...] = ()
    path: str = ""
    database: int = 0
    is_tls: bool = False
    authorities: str | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    master: str = ""
    sentinel_password: str = field(default="", repr=False)


def read_redis_url(url: str) -> RedisUrl:
    """redis://[[user]:password@]host[:port][/db], rediss:// with ?ssl_ca_certs=FILE, unix://[..@]/path[?db=N].

    redis://[..@]host[:port],host[:port]/db?sentinel=MASTER[&sentinel_password=..] names sentinels; what comes before
    the @ is for the servers that they watch. Without sentinel= the hosts are of one Redis Cluster, whose other nodes
    are found; one is enough. Raises ValueError.
    """
    check_scheme(url, *SCHEMES)
    each = _split_hosts(url)
    first, is_socket = each[0], url.startswith("unix:")
    query = {name: values[-1] for name, values in parse_qs(first.query).items()}
    _check_place(each, is_socket=is_socket)
    _check_sentinel(first, query.get("sentinel"), is_socket=is_socket)
    database = query.get("db", "" if is_socket else first.path.strip("/")) or "0"
    if not database.isdecimal():
        raise ValueError("the database must be a number")
    if len(each) > 1 and "sentinel" not in query and int(database):
        raise ValueError("several hosts without ?sentinel=NAME are a Redis Cluster, which has no database but 0")
    return RedisUrl(
        hosts=() if is_socket else tuple((parts.hostname or "", parts.port) for parts in each),
        path=unquote(first.path) if is_socket else "",
        database=int(database),
        is_tls=url.startswith("rediss:"),
        authorities=query.get("ssl_ca_certs"),
        username=unquote(first.username or ""),
        password=unquote(first.password or ""),
        master=query.get("sentinel", ""),
        sentinel_password=query.get("sentinel_password", ""),
    )


def _split_hosts(url: str) -> list[SplitResult]:
    """The URL once for each host that it names."""
    scheme, _, rest = url.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    login, at, hosts = place.rpartition("@")
    return [split_url(f"{scheme}://{login}{at}{host}{rest[len(place) :]}") for host in hosts.split(",")]


def _check_place(each: list[SplitResult], *, is_socket: bool) -> None:
    if is_socket:
        if not each[0].path:
            raise ValueError("must name the path of a socket")
    elif not all(parts.hostname and re.fullmatch(r"/?[0-9]*/?", parts.path) for parts in each):
        raise ValueError("must name a host, and after it no more than the number of a database")


def _check_sentinel(first: SplitResult, master: str | None, *, is_socket: bool) -> None:
    if "sentinel" not in parse_qs(first.query, keep_blank_values=True):
        return
    if is_socket:
        raise ValueError("sentinels are named by redis:// or rediss://")
    if not master:
        raise ValueError("?sentinel=NAME must say which master the sentinels watch")
