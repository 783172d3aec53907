"""Whether a port is free. The server would share one with whoever listens there already, and neither would say so."""

import socket
import time

import click

TIMEOUT = 2.0
"""Seconds for a port to become free: the workers of a server that was just killed need a moment to end."""

RETRY = 0.1


def require_free(host: str, port: int) -> None:
    """Raises ClickException, with the reason in one line."""
    deadline = time.monotonic() + TIMEOUT
    while (error := _refusal(host, port)) is not None:
        if time.monotonic() > deadline:
            reason = (error.strerror or str(error)).lower()
            raise click.ClickException(f"Cannot listen on {host} port {port}: {reason}.") from None
        time.sleep(RETRY)


def _refusal(host: str, port: int) -> OSError | None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # Connections of an earlier server that are only waiting to be forgotten are no reason.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    return None
