"""docs/start.md: the demo, started as a newcomer starts it, and what the page says to do in it."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.processes import free_port
from tests.shape.fences import fences
from tests.shape.sources import ROOT
from tests.stack import plain_environment

pytestmark = pytest.mark.timeout(900)
"""Many programs start, one after the other, and the machine may be busy with other tests."""

BLOCKS = [fence.code for fence in fences() if fence.document == "docs/start.md"]


def three_free_ports() -> int:
    """The first of three in a row."""
    while True:
        first = free_port()
        probes = [socket.socket() for _ in range(3)]
        try:
            for offset, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
        return first


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A folder with the demo's program in it, so that it stores nothing in the working copy; and the first port."""
    first = three_free_ports()
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/demo.py").symlink_to(ROOT / "tools/demo.py")
    log = (tmp_path / "said").open("wb")
    process = subprocess.Popen(
        [sys.executable, "tools/demo.py"],
        cwd=tmp_path,
        env=plain_environment() | {"DEMO_PORT": str(first), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        deadline = time.monotonic() + 400
        while "Ctrl-C stops everything" not in (tmp_path / "said").read_text():
            assert process.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < deadline, (tmp_path / "said").read_text()
            time.sleep(0.1)
        yield tmp_path, first
        process.send_signal(signal.SIGINT)
        assert process.wait(200) == 0
        assert "Stopped." in (tmp_path / "said").read_text()
    finally:
        process.kill()
        process.wait()
        log.close()


def typed(folder: Path, first: int, word: str) -> str:
    """What a block of the page with this word in it prints."""
    (code,) = [each for each in BLOCKS if word in each]
    for usual, ours in {"8081": first + 1, "8082": first + 2, "8000": first}.items():
        code = code.replace(usual, str(ours))
    code = code.replace("../.venv/bin/counterfoil", str(Path(sys.executable).with_name("counterfoil")))
    command = ["bash", "-eu", "-c", re.sub("^ {3}", "", code, flags=re.MULTILINE)]
    done = subprocess.run(
        command, cwd=folder, env=plain_environment(), capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_five_minutes(demo: tuple[Path, int]) -> None:
    """Sign in, pay, break WHMCS, mend it, look with the commands; Ctrl-C ends all of it."""
    folder, first = demo
    with httpx2.Client(base_url=f"http://127.0.0.1:{first}", timeout=60) as ada:
        ada.post("/api/v1/session", json={"email": "ada@example.com", "password": "demo-password-1"}).raise_for_status()
        overdue = ada.get("/api/v1/invoices?status=overdue").json()["items"][0]
        link = ada.post(f"/api/v1/invoices/{overdue['id']}/payment-link").json()["url"]
        with httpx2.Client(follow_redirects=True, timeout=60) as whmcs:
            page = whmcs.get(link)
            whmcs.post(page.url, data={"gateway": "stripe"})
        deadline = time.monotonic() + 200
        while ada.get(f"/api/v1/invoices/{overdue['id']}").json()["status"] != "paid":
            assert time.monotonic() < deadline
            time.sleep(0.2)

        typed(folder, first, '"kind"')
        broken = ada.get("/api/v1/quotes")
        assert (broken.status_code, broken.json()["code"]) == (503, "billing_unavailable")
        typed(folder, first, "DELETE")
        while ada.get("/api/v1/quotes").status_code != 200:
            assert time.monotonic() < deadline + 200
            time.sleep(0.5)

        said = typed(folder, first, "doctor")
        assert "OK  " in said
        assert ada.get("/staff").status_code == 200
    assert (folder / ".demo/.env").stat().st_mode & 0o777 == 0o600
