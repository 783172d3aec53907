"""`counterfoil serve`: what must hold before the portal starts, and Granian's options with their reasons."""

import asyncio
import gc
import logging
import signal
from pathlib import Path

import click
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from counterfoil.cache import CacheUnavailable, open_cache
from counterfoil.cli import event_loop, imported
from counterfoil.cli.metrics_folder import metrics_folder
from counterfoil.cli.ports import require_free
from counterfoil.cli.service_manager import tell_service_manager
from counterfoil.cli.startup import settings_or_exit
from counterfoil.db.causes import cause_of
from counterfoil.db.engine import is_sqlite, make_engine
from counterfoil.db.schema import pending, upgrade
from counterfoil.errors import TemporarilyUnavailable

CACHE_TIMEOUT = 5.0
"""Seconds for a Redis that starts at the same time, or reads its data first."""

CACHE_RETRY = 0.05
"""Seconds between two looks at whether it is there."""

GRANIAN_LOGS = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}
"""Granian's own lines go the way of all others, in our format."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the portal and its webhooks."""
    settings = settings_or_exit(processes=workers)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    ports = (port,) if settings.metrics_port is None else (port, settings.metrics_port)
    if len(set(ports)) < len(ports):
        raise click.ClickException(f"COUNTERFOIL_METRICS_PORT is {port}, the portal's own port. Name another, or none.")
    for each in ports:
        require_free(host, each)
    asyncio.run(prepare_database(settings.database_url))
    asyncio.run(await_cache(settings.cache_url))
    with metrics_folder(workers):
        import_for_workers()
        if settings.template_dir or settings.texts_dir:
            imported("counterfoil.cli.white_label_checks").require_readable(settings)
        if settings.metrics_port is not None:
            imported("counterfoil.web.metrics.files").serve_on(host, settings.metrics_port)
        gc.freeze()
        portal = server(host, port, workers, settings.stop_seconds)
        portal.on_startup(_take_no_hang_up)
        tell_service_manager(host, port)
        portal.serve()


def import_for_workers() -> None:
    """They are forks of this process: they share what is imported here, and a new one is there at once."""
    imported("counterfoil.app")
    imported("httpcore2")  # As the client for WHMCS would in each of them.


async def prepare_database(url: str) -> None:
    """SQLite is this machine's own, so it is migrated. A PostgreSQL may serve others, who decide when."""
    try:
        if is_sqlite(url):
            await upgrade(url)
        engine = make_engine(url)
        try:
            problem = await pending(engine)
        finally:
            await engine.dispose()
    except TemporarilyUnavailable as error:
        cause = cause_of(error, url)
        raise click.ClickException(f"The database: {cause.said}. {cause.advice}") from None
    if problem:
        raise click.ClickException(f"{problem.said.capitalize()}. {problem.advice}")


async def await_cache(url: str) -> None:
    """Lost later, it is passed by. At the start its absence is far more often a mistake, which would stay unnoticed."""
    cache = open_cache(url)
    deadline = asyncio.get_running_loop().time() + CACHE_TIMEOUT
    try:
        await cache.start()
        while True:
            try:
                return await cache.ping()
            except CacheUnavailable as error:
                now = asyncio.get_running_loop().time()
                if error.left:  # It is there, and only waits until no portal is left at the one before.
                    deadline = max(deadline, now + error.left + CACHE_TIMEOUT)
                if now > deadline:
                    raise click.ClickException(
                        f"The cache cannot be used ({error}). COUNTERFOIL_CACHE_URL must name a Redis that is running, "
                        "takes its password and is no replica. Run: counterfoil doctor"
                    ) from None
            await asyncio.sleep(CACHE_RETRY)
    finally:
        await cache.close()


def _take_no_hang_up() -> None:
    """The server would replace its workers by the same build with the same settings, and drop who waits for one.

    Workers inherit this. A terminal that is closed sends it to all of them.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def server(host: str, port: int, workers: int, stop_seconds: int) -> MPServer:
    event_loop.use_in_workers()
    return MPServer(
        "counterfoil.app:create",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.auto,
        workers=workers,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=4096,
        # Also the limit on idle connections: longer than the proxies' own keep-alive, which should close first.
        http1_settings=HTTP1Settings(header_read_timeout=75_000, max_buffer_size=64 * 1024),
        log_enabled=True,
        log_access=False,
        log_dictconfig=GRANIAN_LOGS,
        # Without it one dead worker ends the whole server.
        respawn_failed_workers=True,
        respawn_interval=0.5,
        # Live streams are told at once, and end within a second.
        workers_kill_timeout=stop_seconds,
        working_dir=Path.cwd(),
        process_name=None,
    )
