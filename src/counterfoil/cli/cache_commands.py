"""`counterfoil cache show` and `counterfoil cache clear`: what is stored of a client, and the end of it everywhere."""

import asyncio
from datetime import UTC, datetime

import click
import msgspec

from counterfoil import log
from counterfoil.cache import CacheUnavailable, open_cache
from counterfoil.cache.contents import Contents, contents_of
from counterfoil.cache.scopes import client_scope
from counterfoil.cache.store import StoreAway
from counterfoil.db.commands import loaded_settings

client_option = click.option(
    "--client", "client_id", type=click.IntRange(1, 2**31 - 1), required=True, help="WHMCS's number of the client."
)

WITHIN_THE_PROCESS = (
    "CACHE_URL is memory://: the cache is inside the process that serves, which nobody sees or clears from outside"
)


@click.group("cache")
def cache() -> None:
    """See what is stored of a client's data, and clear it."""


@cache.command()
@client_option
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
def show(client_id: int, *, as_json: bool) -> None:
    """Show which parts of a client's data are stored, since when and until when. Changes nothing."""
    contents = _contents(_shared_cache(), client_id)
    if as_json:
        click.echo(msgspec.json.encode(contents))
        return
    for line in _lines(contents, client_id):
        click.echo(line)


def _contents(url: str, client_id: int) -> Contents:
    try:
        return asyncio.run(contents_of(url, client_scope(client_id)))
    except StoreAway as error:
        raise click.ClickException(f"the cache does not answer: {error}") from None


def _lines(contents: Contents, client_id: int) -> list[str]:
    if not contents.generation:
        return [f"Nothing is stored of client {client_id}."]
    first = f"Client {client_id}, generation {contents.generation}, at {_at(contents.now)}:"
    said = [
        f"{each.name}  since {_at(each.since)}  until {_at(each.until)}  {each.size} bytes" for each in contents.stored
    ]
    if not said:
        said = ["nothing that would be shown now"]
    if contents.superseded:
        said.append(f"{contents.superseded} stored before a change, which nobody is shown")
    return [first, *(f"  {line}" for line in said)]


def _at(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}Z"


@cache.command()
@client_option
def clear(client_id: int) -> None:
    """Clear what is stored of a client's data, for every process at once. Exit code 1: the cache does not answer."""
    asyncio.run(_cleared(_shared_cache(), client_id))
    click.echo(f"Client {client_id} is cleared: every process reads it anew from WHMCS.")


async def _cleared(url: str, client_id: int) -> None:
    cache = open_cache(url)
    await cache.start()
    try:
        await cache.clear(client_scope(client_id))
    except CacheUnavailable as error:
        why = f": {error.__cause__}" if error.__cause__ else ""
        raise click.ClickException(f"not cleared, the cache does not answer{why}") from None
    finally:
        await cache.close()


def _shared_cache() -> str:
    settings = loaded_settings()
    log.configure("error", "console")  # what the connections log, these commands say in other words
    if settings.cache_url.startswith("memory:"):
        raise click.ClickException(WITHIN_THE_PROCESS)
    return settings.cache_url
