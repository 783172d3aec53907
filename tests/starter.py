"""Starts `counterfoil ...` as a fork of a process that has imported the libraries: 0.3 s of a processor instead of 0.9.

What is started is a process as ever, with settings, folder, log and process group of its own, and it imports the code
of this repository itself. Only pytest starts it so: benchmarks, proofs and the demo start the command itself, and so
do tests/cli where the start is what they are about. Which programs: processes.py.
"""

import atexit
import ctypes
import gc
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

OWN = {"counterfoil", "counterfoil_sandbox", "prometheus_client"}
"""Imported by each process itself. prometheus-client reads its settings when it is imported."""

_TELL_WHEN_PARENT_DIES, _CALL_IT = 1, 15
_MAKING = Lock()


def is_for(command: Sequence[str]) -> bool:
    return bool(command) and Path(command[0]).name == "counterfoil" and "PYTEST_VERSION" in os.environ


class Forked:
    """As much of a `Popen` as `Child` uses, for a process whose parent is the starter."""

    def __init__(self, starter: "Starter", pid: int) -> None:
        self._starter, self.pid = starter, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._starter.ask("code", self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return code

    def send_signal(self, which: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, which)


class Starter:
    """The process that forks, and the way to it: one question at a time, from whichever thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.starter", str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], cwd=Path(__file__).parents[1], start_new_session=True
            )
        self._way = ours.makefile("rw", encoding="utf-8")
        ours.close()

    def start(
        self, command: Sequence[str], log: Path, cwd: Path | None, env: Mapping[str, str], *, errors: Path | None = None
    ) -> Forked:
        """`errors`: what it writes to stderr goes there, not to `log`."""
        what = {"arguments": list(command[1:]), "log": str(log), "errors": str(errors or log)}
        return Forked(self, self.ask("start", {**what, "cwd": str(cwd or Path.cwd()), "env": dict(env)}))

    def ask(self, question: str, about: object) -> Any:
        with self._lock:
            self._way.write(json.dumps([question, about]) + "\n")
            self._way.flush()
            return json.loads(self._way.readline())

    def close(self) -> None:
        self._way.close()
        self._process.wait(60)


@cache
def _made() -> Starter:
    made = Starter()
    atexit.register(made.close)
    return made


def starter() -> Starter:
    """One for each process of pytest's."""
    with _MAKING:
        return _made()


def _run(way: Any) -> dict[str, Any] | None:
    """Until nobody asks any more; in a new process it gives back what that is to do."""
    for line in way:
        question, about = json.loads(line)
        if question == "code":
            pid, status = os.waitpid(about, os.WNOHANG)
            said = os.waitstatus_to_exitcode(status) if pid else None
        else:
            said = os.fork()
            if not said:
                return dict(about)
        way.write(json.dumps(said) + "\n")
        way.flush()
    return None


def _become(task: dict[str, Any], parent: int) -> None:
    """What `Popen` and a fresh interpreter would have seen to."""
    os.setsid()
    kernel = ctypes.CDLL(None)
    kernel.prctl(_TELL_WHEN_PARENT_DIES, signal.SIGTERM, 0, 0, 0)
    kernel.prctl(_CALL_IT, b"counterfoil", 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    log, errors = (os.open(task[to], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644) for to in ("log", "errors"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, given in enumerate((nothing, log, errors)):
        os.dup2(given, number)
    os.chdir(task["cwd"])
    os.environ.clear()
    os.environ.update(task["env"])
    time.tzset()
    random.seed()
    sys.argv = ["counterfoil", *task["arguments"]]


def main(number: int) -> None:
    """Ends when the other end of the way is closed, as it is when pytest dies; what it has started ends with it."""
    import_module("counterfoil.app.portal")
    import_module("counterfoil.cli.serving")
    import_module("counterfoil_sandbox.cli")
    import_module("counterfoil_sandbox.salesforce.app")
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]
    # What is there now stays: no process looks through it for garbage, and so writes to every page of it.
    gc.collect()
    gc.freeze()
    myself = os.getpid()
    with socket.socket(fileno=number) as way, way.makefile("rw", encoding="utf-8") as lines:
        task = _run(lines)
    if task is not None:
        _become(task, myself)
        import_module("counterfoil.cli").main()


if __name__ == "__main__":
    main(int(sys.argv[1]))
