"""Real programs as child processes: started, waited for, ended even when pytest is killed. Which ones: servers.py."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests import starter


class StartError(Exception):
    """The program ended, or did not become ready in time; carries the end of what it wrote."""


class Child:
    """One program in its own process group, its output in `log`."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        end: signal.Signals = signal.SIGTERM,
    ) -> None:
        """`end` asks the program to stop; the kernel sends it too when this process dies."""
        self.command, self.log, self.env, self.cwd, self.user, self.end = list(command), log, env, cwd, user, end
        self.process: subprocess.Popen[bytes] | starter.Forked | None = None

    def start(self, ready: Callable[[], bool], within: float = 90) -> None:
        self.spawn()
        self.wait_until(ready, within)

    def wait_until(self, ready: Callable[[], bool], within: float = 90) -> None:
        deadline = time.monotonic() + within
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                self.kill()
                raise StartError(f"{self.command} is not ready:\n{self.output()[-3000:]}")
            time.sleep(0.02)

    def run(self, within: float = 90) -> int:
        """To its end; gives the exit code."""
        self.spawn()
        assert self.process is not None
        return self.process.wait(within)

    def spawn(self) -> None:
        if starter.is_for(self.command):
            env = os.environ if self.env is None else self.env
            self.process = starter.starter().start(self.command, self.log, self.cwd, env)
            return
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*_dies_with_parent(self.end), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if self.env is None else dict(self.env),
                cwd=self.cwd,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self.process is not None, "not started"
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def stop(self, within: float = 10) -> int:
        """Asks politely; after `within` seconds the whole group is killed. Gives the exit code."""
        if self.process is None:
            return 0
        if self.is_running:
            self.process.send_signal(self.end)
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """kill -9 of the program and whatever it started."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(60)

    def pause(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, which: signal.Signals) -> None:
        """To the whole group, which may have outlived its leader."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, which)


def _dies_with_parent(end: signal.Signals) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", end.name.removeprefix("SIG"), "--"] if setpriv else []


def free_port() -> int:
    """Below the ports that the kernel hands out for outgoing connections, so that none of those takes it meanwhile."""
    while True:
        port = random.randrange(15_000, 32_000)  # noqa: S311 -- no secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def accepts(port: int) -> bool:
    """Whether somebody listens on this port of the loopback address."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
