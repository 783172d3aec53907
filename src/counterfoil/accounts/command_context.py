"""What commands about people have in common: an address, the database, WHMCS, and how what they do comes to hold."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil import log
from counterfoil.accounts.emails import normalised
from counterfoil.accounts.forgetting import drop_copies, forget_accounts
from counterfoil.accounts.notices import LOOK_EVERY, noticed_accounts
from counterfoil.accounts.session_rows import CachedCopy
from counterfoil.cache import CacheUnavailable, open_cache
from counterfoil.db.commands import current_database, loaded_settings
from counterfoil.settings import Settings
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.face import Whmcs


class EmailAddress(click.ParamType[str]):
    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        email = normalised(value)
        local, at, domain = email.rpartition("@")
        if not (local and at and domain) or len(email) > 254 or not email.isprintable() or " " in email:
            self.fail(f"{value!r} is not an e-mail address", param, ctx)
        return email


email_argument = click.argument("email", type=EmailAddress())


class CommandContext(NamedTuple):
    settings: Settings
    engine: AsyncEngine
    api: WhmcsApi


@asynccontextmanager
async def opened() -> AsyncIterator[CommandContext]:
    settings = loaded_settings()
    log.configure("error", "console")  # what WHMCS's client logs, these commands say in other words
    whmcs = Whmcs(settings)
    try:
        async with current_database(settings) as engine:
            yield CommandContext(settings, engine, whmcs.api)
    finally:
        await whmcs.close()


async def make_it_hold(desk: CommandContext, ended: Sequence[CachedCopy] = ()) -> None:
    """Returns when every process goes by it. What they hold in their own memory they drop at their next look. `ended`:
    copies of sessions that have just ended.
    """
    cache = open_cache(desk.settings.cache_url)
    await cache.start()
    try:
        await forget_accounts(desk.engine, cache, await noticed_accounts(desk.engine))
        await drop_copies(cache, ended)
    except CacheUnavailable:
        click.echo("The cache does not answer: where it still does, this holds after its next answer.", err=True)
    finally:
        await cache.close()
    await asyncio.sleep(2 * LOOK_EVERY)
