"""What these proofs share with the tests. They are apart because they install and build for minutes."""

import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import postgres_process, postgres_url, redis_process, redis_server

__all__ = ["postgres_process", "postgres_url", "redis_process", "redis_server"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For localhost, with its key in the same file."""
    folder = tmp_path_factory.mktemp("certificate")
    both = folder / "both.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run([*made, *names], check=True, capture_output=True)
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.fixture(scope="session")
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture(scope="session")
def image_folder() -> Iterator[Path]:
    """What the image has at /opt/counterfoil, made by the Dockerfile's own steps: in a folder which others may enter;
    pytest keeps its own folders private, and makes them so again whenever it starts.
    """
    with tempfile.TemporaryDirectory(prefix="counterfoil-image-") as made:
        Path(made).chmod(0o755)
        subprocess.run([ROOT / "deploy/image/build", f"{made}/counterfoil"], check=True)
        yield Path(made) / "counterfoil"
