"""`make test-php`: the addon's tests that need no database server, on every PHP that it claims, as WebAssembly on node.

VERSIONS="7.4 8.5" runs some of them, TESTS="tests/addon -k hooks" a part. PHP comes from npm, into .cache/php; it has
no posix functions, so that tests in which PHP kills itself stay with the machine's own PHP.
"""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from tools import npm
from tools.arguments import take_none

VERSIONS = "7.4 8.0 8.1 8.2 8.3 8.4 8.5"


def main() -> int:
    folder = npm.installed("php", "install", "--no-package-lock")
    bad = [version for version in (os.environ.get("VERSIONS") or VERSIONS).split() if not passes(folder, version)]
    sys.stdout.write(f"not well: {', '.join(bad)}\n" if bad else "every version is well\n")
    return 1 if bad else 0


def passes(folder: Path, version: str) -> bool:
    tests = os.environ.get("TESTS") or "tests/addon"
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-n", os.environ.get("WORKERS") or "2", *shlex.split(tests)]
    environment = os.environ | {"COUNTERFOIL_TEST_PHP": f"{folder} {version}"}
    sys.stdout.write(f"PHP {version}\n")
    sys.stdout.flush()
    done = subprocess.run(command, cwd=npm.ROOT, env=environment, check=False)
    sys.stdout.write(f"PHP {version}: {time.monotonic() - began:.0f} s\n")
    return done.returncode == 0


if __name__ == "__main__":
    take_none(__doc__)
    sys.exit(main())
