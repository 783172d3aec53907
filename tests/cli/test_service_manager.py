"""`serve` under systemd with Type=notify: told when people are answered, and never before."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.stack import Stack, answers, running_stack


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(60)
        yield listening


def test_it_is_told_when_the_portal_answers_and_that_it_goes_on(
    manager: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watchdog that hears nothing for WatchdogSec starts the portal anew: it hears as long as a worker answers."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    with running_stack(tmp_path) as stack:
        assert manager.recv(100) == b"READY=1"
        assert answers(f"{stack.url}/healthz")
        assert [manager.recv(100) for _ in range(2)] == [b"WATCHDOG=1"] * 2
        stop_answering(stack)
        manager.settimeout(8)
        with pytest.raises(TimeoutError):
            drain(manager)
        stack.portal.resume()


def drain(manager: socket.socket) -> NoReturn:
    while True:
        manager.recv(100)


def stop_answering(stack: Stack) -> None:
    """The workers stand still; the process that tells does not."""
    main = stack.portal.pid
    for child in Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split():
        os.kill(int(child), signal.SIGSTOP)
