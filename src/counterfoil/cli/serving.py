"""`counterfoil serve`: what must hold before the portal starts, and Granian's options with their reasons."""

import os
import tempfile
from pathlib import Path

import click
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from counterfoil import log
from counterfoil.cli.started import settings_or_exit
from counterfoil.settings import Settings

STOP_SECONDS = 10
"""After SIGTERM: open requests have this long. Streams are told at once and end within a second (web/live.py)."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the portal and its webhooks."""
    settings = settings_or_exit()
    log.configure(settings.log_level, settings.log_format_or_default)
    check_processes(settings, workers)
    with tempfile.TemporaryDirectory(prefix="counterfoil-metrics-") as directory:
        # Each worker counts in files there, so that whichever is asked answers for all of them.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        server(host, port, workers).serve()


def check_processes(settings: Settings, workers: int) -> None:
    if workers > 1 and settings.cache_url.startswith("memory:"):
        raise click.UsageError(
            "COUNTERFOIL_CACHE_URL is memory://, which only one process can use: a change would reach one worker "
            "and not the others. Set it to a Redis, or use --workers 1."
        )


def server(host: str, port: int, workers: int) -> MPServer:
    return MPServer(
        "counterfoil.app:create",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=4096,
        # Also the limit on idle connections: longer than the proxies' own keep-alive, which should close first.
        http1_settings=HTTP1Settings(header_read_timeout=75_000, max_buffer_size=64 * 1024),
        log_enabled=True,
        log_access=False,
        # Without it one dead worker ends the whole server.
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
        working_dir=Path.cwd(),
        process_name=None,
    )
