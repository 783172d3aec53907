"""`make test-php`: the addon's tests that need no database server, on every PHP that it claims, as WebAssembly on node.

VERSIONS="7.4 8.5" runs some of them, TESTS="tests/addon -k hooks" a part. PHP comes from npm, into .cache/php; it has
no posix functions, so that tests in which PHP kills itself stay with the machine's own PHP.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".cache/php"
PACKAGES = {"@php-wasm/cli": "3.1.56"}

VERSIONS = "7.4 8.0 8.1 8.2 8.3 8.4 8.5"


def main() -> int:
    fetch()
    bad = [version for version in (os.environ.get("VERSIONS") or VERSIONS).split() if not passes(version)]
    sys.stdout.write(f"not well: {', '.join(bad)}\n" if bad else "every version is well\n")
    return 1 if bad else 0


def fetch() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps({"dependencies": PACKAGES})
    manifest = FOLDER / "package.json"
    if manifest.is_file() and manifest.read_text() == wanted and (FOLDER / "node_modules").is_dir():
        return
    manifest.write_text(wanted)
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
    subprocess.run(install, cwd=FOLDER, check=True)


def passes(version: str) -> bool:
    tests = os.environ.get("TESTS") or "tests/addon"
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-n", os.environ.get("WORKERS") or "2", *shlex.split(tests)]
    environment = os.environ | {"COUNTERFOIL_TEST_PHP": f"{FOLDER} {version}"}
    sys.stdout.write(f"PHP {version}\n")
    sys.stdout.flush()
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    sys.stdout.write(f"PHP {version}: {time.monotonic() - began:.0f} s\n")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
