"""The command `counterfoil`, as an operator types it."""

import os
import resource
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.processes import free_port
from tests.stack import COUNTERFOIL, plain_environment
from tests.starter import starter

WITHIN = 120.0


def run(
    folder: Path, *arguments: str, largest_file: int = resource.RLIM_INFINITY, **settings: str
) -> subprocess.CompletedProcess[str]:
    """In an interpreter of its own. `largest_file`: bytes from which on the kernel refuses to write, as a full disk
    does.
    """
    command = [*COUNTERFOIL, *arguments]
    if largest_file != resource.RLIM_INFINITY:
        command = ["prlimit", f"--fsize={largest_file}", *command]
    environment = environment_of(settings)
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=WITHIN, check=False
    )


def run_forked(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """For what a command finds and says, not for how it starts: at a third of the price (tests/starter.py)."""
    command = [*COUNTERFOIL, *arguments]
    with tempfile.TemporaryDirectory(prefix="counterfoil-said-") as apart:
        said, errors = Path(apart) / "stdout", Path(apart) / "stderr"
        forked = starter().start(command, said, folder, environment_of(settings), errors=errors)
        try:
            code = forked.wait(WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(forked.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(command, code, said.read_text("utf-8"), errors.read_text("utf-8"))


def environment_of(settings: dict[str, str]) -> dict[str, str]:
    return plain_environment() | {f"COUNTERFOIL_{name.upper()}": value for name, value in settings.items()}


def refuses_the_cache(folder: Path, settings: dict[str, str], url: str, why: str) -> None:
    done = run_forked(folder, "serve", "--port", str(free_port()), **{**settings, "cache_url": url})
    (said,) = [line for line in done.stderr.splitlines() if "COUNTERFOIL_CACHE_URL" in line]
    assert done.returncode == 1
    assert why in said
    assert "counterfoil doctor" in said
    for never in ("Traceback", "canary", "worker"):
        assert never not in done.stdout + done.stderr
