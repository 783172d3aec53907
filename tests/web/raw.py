"""HTTP as no client library would send it."""

import socket
from typing import NamedTuple
from urllib.parse import urlsplit


class RawAnswer(NamedTuple):
    status: int
    text: str


def send_raw(url: str, request: bytes) -> RawAnswer:
    """One request on one connection, byte by byte as given; the answer to its end."""
    services = urlsplit(url)
    with socket.create_connection((services.hostname or "", services.port or 80), timeout=60) as connection:
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received or not _is_whole(received):
            chunk = connection.recv(65536)
            if not chunk:
                break
            received += chunk
    return RawAnswer(int(received.split()[1]), received.decode("latin-1"))


def _is_whole(received: bytes) -> bool:
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(lengths) and len(body) >= int(lengths[0])
