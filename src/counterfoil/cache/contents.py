"""What the shared store holds of one scope, for operators: names and times, never what is stored. Changes nothing."""

from msgspec import Struct

from counterfoil.cache.packing import fetched_mark, mark_of, nonce_of, token_of, unpack_entry
from counterfoil.cache.server_run import questions, run_of, time_of
from counterfoil.cache.store import StoreAway
from counterfoil.redis.address import parse_address
from counterfoil.redis.connection import Argument, Connection, unwrap
from counterfoil.redis.connection_manager import ConnectionManager, Server, check_mode
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.topology import Place


class Stored(Struct, frozen=True):
    """A value that would be shown now. Times in Unix seconds by the store's clock."""

    name: str
    since: float
    until: float
    size: int


class Contents(Struct, frozen=True):
    """`generation` is empty when the store knows nothing of the scope. `superseded`: entries that count no more."""

    generation: str = ""
    now: float = 0.0
    stored: tuple[Stored, ...] = ()
    superseded: int = 0


async def contents_of(url: str, scope: str) -> Contents:
    """Walks through all keys of the server that holds the scope. Raises StoreAway, and ValueError for the URL."""
    connections = ConnectionManager(parse_address(url), "cache show", _greet)
    await connections.start()
    try:
        return await _contents(connections.to(scope), scope)
    except RedisAway as error:
        raise StoreAway(str(error), error.left) from error
    finally:
        await connections.close()


async def _greet(connection: Connection, place: Place) -> str:
    """As the store's own, but without a write."""
    asked = [connection.send(*question) for question in questions(place)]
    told = [await future for future in asked]
    check_mode(place, unwrap(told[0]))
    return run_of(place, *map(unwrap, told))


async def _contents(server: Server, scope: str) -> Contents:
    prefix = f"cf1:{server.run}:{{{scope}}}:"
    now = time_of(unwrap(await server.send("TIME")))
    record = unwrap(await server.send("GET", f"{prefix}g"))
    mark = mark_of(record)
    if mark is None:
        return Contents(now=now)
    marks, stored, superseded = (mark, fetched_mark(mark)), [], 0
    for key in await _keys(server, f"{prefix}e:*"):
        entry = unpack_entry(unwrap(await server.send("GET", key)), marks, now)
        if entry is None:
            superseded += 1
            continue
        name = key.decode().removeprefix(f"{prefix}e:")
        stored.append(Stored(name, entry.as_of, entry.expires_at, len(entry.value)))
    return Contents(nonce_of(token_of(mark)), now, tuple(sorted(stored, key=lambda each: each.name)), superseded)


async def _keys(server: Server, pattern: str) -> list[bytes]:
    cursor: Argument = 0
    found: set[bytes] = set()
    while cursor != b"0":
        cursor, keys = unwrap(await server.send("SCAN", cursor, "MATCH", pattern, "COUNT", 1000))
        found.update(keys)
    return sorted(found)
