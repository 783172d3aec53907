"""How the portal ends, and what does not end it."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from tests.processes import accepts
from tests.servers import RedisServer
from tests.stack import Stack, running_stack


def workers_of(stack: Stack) -> list[int]:
    children = Path(f"/proc/{stack.portal.pid}/task/{stack.portal.pid}/children").read_text(encoding="ascii")
    return [int(pid) for pid in children.split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(what: Callable[[], bool], within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_workers_end_with_their_parent(tmp_path: Path, redis_server: RedisServer) -> None:
    """Killed, it can tell nobody: they notice, and the port is free for the next build and its keys."""
    with running_stack(tmp_path, workers=2, cache_url=redis_server.url) as stack:
        port, workers = int(stack.url.rpartition(":")[2]), workers_of(stack)
        assert len(workers) == 2
        assert stack.portal.process is not None
        os.kill(stack.portal.process.pid, signal.SIGKILL)
        stack.portal.process.wait(60)
        wait_until(lambda: not any(is_alive(pid) for pid in workers))
        assert not accepts(port)
        stack.start()
        assert stack.portal.is_running


def test_an_open_request_is_answered_although_the_parent_is_gone(tmp_path: Path) -> None:
    """As after SIGTERM: it has the time that WHMCS may take, and then the worker ends."""
    with running_stack(tmp_path, whmcs_timeout_seconds="20") as stack, stack.visitor("ada@example.com") as ada:
        stack.sandbox.break_with("latency", action="GetInvoices", seconds=3)
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(ada.get("/api/v1/invoices", timeout=60).status_code))
        asking.start()
        wait_until(lambda: "GetInvoices" in stack.sandbox.actions())
        workers = workers_of(stack)
        assert stack.portal.process is not None
        os.kill(stack.portal.process.pid, signal.SIGKILL)
        stack.portal.process.wait(60)
        asking.join()
        assert answers == [200]
        wait_until(lambda: not any(is_alive(pid) for pid in workers))


def test_hang_up_drops_nothing(tmp_path: Path) -> None:
    """The same workers go on, and every request is answered."""
    with running_stack(tmp_path) as stack:
        workers = workers_of(stack)
        stack.portal.signal(signal.SIGHUP)
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            assert httpx2.get(f"{stack.url}/healthz", timeout=60).status_code == 200
        assert workers_of(stack) == workers


def test_stopping_waits_for_who_waits_for_whmcs(tmp_path: Path) -> None:
    """A slow WHMCS is within its time limit: the answer still comes, and then the portal ends."""
    with running_stack(tmp_path, whmcs_timeout_seconds="20") as stack, stack.visitor("ada@example.com") as ada:
        stack.sandbox.break_with("latency", action="GetInvoices", seconds=13)
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(ada.get("/api/v1/invoices", timeout=60).status_code))
        asking.start()
        wait_until(lambda: "GetInvoices" in stack.sandbox.actions())
        began = time.monotonic()
        assert stack.portal.stop(within=120) == 0
        asking.join()
        assert answers == [200]
        assert time.monotonic() - began < 60
