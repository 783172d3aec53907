"""What the open pages of a client are told, in every process: that something changed, never what. They read again."""

import msgspec
from msgspec import Struct

from counterfoil.cache import Cache
from counterfoil.cache.scopes import client_scope


class Changed(Struct, frozen=True):
    """What a live page is told. It carries no data: the page reads again."""

    resource: str
    id: int | str | None = None
    """WHMCS's number; a text is an order's id in the portal."""


async def announce(cache: Cache, client_id: int, changed: Changed) -> None:
    """Best effort. Say it after the clear, so that the pages read what is new."""
    await cache.publish(client_scope(client_id), msgspec.json.encode(changed))
