"""When certificates end, read from a real handshake."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.web.metrics.certificates import certificate_end
from tests.processes import free_port
from tests.sentinels import CERTIFICATE, KEY, make_certificate


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Shows a certificate that nobody trusts, to whoever comes."""
    make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / CERTIFICATE, tmp_path / KEY)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
    thread.join()
    listener.close()


def test_the_end_is_the_certificates(server: str, tmp_path: Path) -> None:
    """Trusted or not: one that ends tomorrow is to be seen today."""
    command = ["openssl", "x509", "-enddate", "-noout", "-in", str(tmp_path / CERTIFICATE)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert certificate_end(server) == ssl.cert_time_to_seconds(said.strip().removeprefix("notAfter="))


def test_without_one_nothing_is_said() -> None:
    """Plain HTTP, nobody there, no address: no error, and no figure."""
    assert certificate_end("http://127.0.0.1:8000") is None
    assert certificate_end("") is None
    assert certificate_end(f"https://127.0.0.1:{free_port()}/") is None
