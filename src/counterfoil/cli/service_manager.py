"""What systemd is told of `serve` with Type=notify: that it answers, and again and again that it still does.

Without NOTIFY_SOCKET, anywhere else, nothing happens. Source: sd_notify(3).
"""

import http.client
import os
import socket
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus

from counterfoil.networks import parse_ip

LOOK = 0.1
"""Seconds between two looks until the first answer."""

PROBE_TIMEOUT = 5.0
"""Seconds for the portal's sign of life: far more than it takes, and well within WatchdogSec of our unit."""


def tell_service_manager(host: str, port: int, environ: Mapping[str, str] = os.environ) -> None:
    """Starts a thread that tells, if somebody wants to be told. A watchdog hears only of answers that were given."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # Half of the time after which it would restart us, as its documentation advises.
    every = int(environ.get("WATCHDOG_USEC", "0")) / 2_000_000
    threading.Thread(target=_tell, args=(address, host, port, every), name="service manager", daemon=True).start()


def _tell(address: str, host: str, port: int, every: float) -> None:
    while not answers(host, port):
        time.sleep(LOOK)
    _send(address, "READY=1")
    while every:
        time.sleep(every)
        if answers(host, port):
            _send(address, "WATCHDOG=1")


def answers(host: str, port: int) -> bool:
    """Whether a worker does, which is what people need; that this process runs says nothing about them."""
    address = parse_ip(host)
    if address is not None and address.is_unspecified:  # Whoever listens everywhere listens here.
        host = "127.0.0.1" if address.version == 4 else "::1"
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_TIMEOUT)
    try:
        connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _send(address: str, state: str) -> None:
    # A leading @ stands for an abstract name.
    name = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
            told.connect(name)
            told.sendall(state.encode())
    except OSError:
        return  # Nobody is to be told any more.
