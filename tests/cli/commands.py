"""The command `counterfoil`, as an operator types it."""

import resource
import subprocess
from pathlib import Path

from tests.processes import free_port
from tests.stack import COUNTERFOIL, plain_environment


def run(
    folder: Path, *arguments: str, largest_file: int = resource.RLIM_INFINITY, **settings: str
) -> subprocess.CompletedProcess[str]:
    """`largest_file`: bytes from which on the kernel refuses to write, as a full disk does."""
    environment = plain_environment() | {f"COUNTERFOIL_{name.upper()}": value for name, value in settings.items()}
    command = [*COUNTERFOIL, *arguments]
    if largest_file != resource.RLIM_INFINITY:
        command = ["prlimit", f"--fsize={largest_file}", *command]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def refuses_the_cache(folder: Path, settings: dict[str, str], url: str, why: str) -> None:
    done = run(folder, "serve", "--port", str(free_port()), **{**settings, "cache_url": url})
    (said,) = [line for line in done.stderr.splitlines() if "COUNTERFOIL_CACHE_URL" in line]
    assert done.returncode == 1
    assert why in said
    assert "counterfoil doctor" in said
    for never in ("Traceback", "canary", "worker"):
        assert never not in done.stdout + done.stderr
