"""`make audit`: every page under pa11y and Lighthouse; prints a table and exits with 1 for findings.

Needs node and npm; what it runs is installed into .cache/audit by tools/audit/package-lock.json.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser import QUIET
from tests.stack import running_stack

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "tools/audit"
INSTALLED = ROOT / ".cache/audit"
LEAST = 98
"""Of 100, in each of Lighthouse's categories."""

PAGES = [
    "/sign-in",
    "/",
    "/invoices",
    "/invoices/{due}",
    "/payment-methods",
    "/subscriptions",
    "/transactions",
    "/credit",
    "/quotes",
    "/contacts",
    "/profile",
    "/statement",
]


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not (shutil.which("npm") and chromium):
        print(
            "make audit needs node, npm and chromium. On Debian: apt-get install nodejs npm chromium", file=sys.stderr
        )
        return 1
    _install()
    with tempfile.TemporaryDirectory(prefix="counterfoil-audit-") as folder, running_stack(Path(folder)) as stack:
        pages = [path.format(due=stack.sandbox.notable("ada.overdue")) for path in [*PAGES, *sys.argv[1:]]]
        with stack.visitor("ada@example.com") as ada:
            cookie = "; ".join(f"{name}={value}" for name, value in ada.cookies.items())
        asked = {"chromium": chromium, "flags": _flags(), "origin": stack.url, "cookie": cookie, "pages": pages}
        return max([0, *map(_told, _audited(asked))])


def _install() -> None:
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "audit.mjs"):
        shutil.copyfile(PROGRAM / name, INSTALLED / name)
    # Not "npm ci": Lighthouse asks for the newest third-party-web, whatever that is, which no lock agrees with.
    command = ["npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    subprocess.run(command, check=True, cwd=INSTALLED, stdout=subprocess.DEVNULL)


def _flags() -> list[str]:
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]


def _audited(asked: dict[str, Any]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [str(shutil.which("node")), "audit.mjs"],
        cwd=INSTALLED,
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _told(found: dict[str, Any]) -> int:
    """Prints one finding; 1 if it is one to mend."""
    where = f"{found['path']:20} {found['look']:26}"
    if "failed" in found:
        print(f"{where} could not look: {found['failed']}")
        return 0
    if "issues" in found:
        print(f"{where} {len(found['issues'])} findings")
        for issue in found["issues"]:
            print(f"    {issue['code']}: {issue['message']} ({issue['selector'][:120]})")
        return int(bool(found["issues"]))
    scores = ", ".join(f"{name} {score}" for name, score in found["scores"].items())
    print(f"{where} {scores}; {found['bytes'] / 1000:.0f} KB; below 90: {', '.join(found['poor']) or 'nothing'}")
    return int(min(found["scores"].values()) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
