"""`make audit`: every page under pa11y and Lighthouse; prints a table and exits with 1 for findings.

Needs node and npm (npm.py); what it runs is installed into .cache/audit by tools/audit/package-lock.json.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

from tests.browser import QUIET
from tests.showroom import STAFF, Showroom, running_showroom
from tools import npm

PROGRAM = npm.ROOT / "tools/audit/audit.mjs"
INSTALLED = npm.ROOT / ".cache/audit"
LEAST = 98
"""Of 100, in each of Lighthouse's categories."""

HEAVIEST = 60_000
"""Bytes of a first visit, with the font."""

NOBODY, ADA, BOB, YUKI = "", "ada@example.com", "bob@example.com", "yuki@example.com"

PAGES = [
    ("/sign-in", NOBODY, NOBODY),
    ("/sign-in?next=/invoices&expired=1", NOBODY, NOBODY),
    ("/", ADA, YUKI),
    ("/invoices", ADA, YUKI),
    ("/invoices?q=nothing", ADA, YUKI),
    ("/invoices/{overdue}", ADA, YUKI),
    ("/payment-methods", ADA, YUKI),
    ("/payment-methods", BOB, BOB),
    ("/subscriptions", ADA, YUKI),
    ("/transactions", ADA, YUKI),
    ("/credit", ADA, YUKI),
    ("/quotes", ADA, YUKI),
    ("/contacts", ADA, YUKI),
    ("/profile", ADA, YUKI),
    ("/statement", ADA, YUKI),
    ("/sessions", ADA, YUKI),
    ("/tokens", ADA, YUKI),
    ("/looked-at", ADA, YUKI),
    ("/order", ADA, YUKI),
    ("/order?offer=2:monthly", ADA, YUKI),
    ("/order?offer=2:monthly", BOB, BOB),
    ("/orders/{active}", ADA, YUKI),
    ("/orders/{stopped}", ADA, YUKI),
    ("/orders/{waiting}", ADA, YUKI),
    ("/switch-account", STAFF, STAFF),
    ("/staff", STAFF, STAFF),
    ("/staff/clients/1", STAFF, STAFF),
    ("/staff/clients/1/now", STAFF, STAFF),
    ("/staff/orders", STAFF, STAFF),
    ("/staff/people?email=ada@example.com", STAFF, STAFF),
    ("/api/docs", NOBODY, NOBODY),
    ("/invoices/999999", ADA, YUKI),
    ("/nothing/here", NOBODY, NOBODY),
]
"""Path, and who looks at it in English and in Japanese. Bob has no payment method, and no language of his own."""


def main(paths: list[str]) -> int:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("make audit needs chromium. On Debian, as root: apt-get install chromium")
    # Not "npm ci": Lighthouse asks for the newest third-party-web, whatever that is, which no lock agrees with.
    shutil.copyfile(PROGRAM, npm.installed("audit", "install", "--no-save") / PROGRAM.name)
    with tempfile.TemporaryDirectory(prefix="counterfoil-audit-") as folder, running_showroom(Path(folder)) as showroom:
        asked = {
            "chromium": chromium,
            "flags": _flags(),
            "origin": showroom.stack.url,
            "pages": _pages(showroom, paths),
        }
        return max([0, *map(_told, _audited(asked))])


def _pages(showroom: Showroom, chosen: list[str]) -> list[dict[str, str]]:
    """Those that are `chosen`, or all. Everybody signs in once."""
    cookies = {NOBODY: ""}
    for person in (ADA, BOB, YUKI, STAFF):
        with showroom.stack.visitor(person) as visitor:
            cookies[person] = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    return [
        {"path": showroom.address(path, person), "language": language, "cookie": cookies[person]}
        for path, *people in PAGES
        for language, person in zip(("en-GB", "ja-JP"), people, strict=True)
        if path in chosen or not chosen
    ]


def _flags() -> list[str]:
    return [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]


def _audited(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As they are found, for all of it takes a quarter of an hour."""
    command = [npm.node(), PROGRAM.name]
    with subprocess.Popen(command, cwd=INSTALLED, stdin=PIPE, stdout=PIPE, text=True) as looking:
        if looking.stdin and looking.stdout:  # there are, with PIPE
            looking.stdin.write(json.dumps(asked))
            looking.stdin.close()
            yield from map(json.loads, looking.stdout)
    if looking.returncode:
        raise SystemExit("node has ended before it had looked at everything")


def _told(found: dict[str, Any]) -> int:
    """Prints one finding; 1 if it is one to mend."""
    where = f"{found['path'][:30]:30} {found['look']:32}"
    if "failed" in found:
        print(f"{where} could not look: {found['failed']}")
        return 1
    if "issues" in found:
        print(f"{where} {len(found['issues'])} findings", flush=True)
        for issue in found["issues"]:
            print(f"    {issue['code']}: {issue['message']} ({issue['selector'][:120]})")
        return int(bool(found["issues"]))
    scores = ", ".join(f"{name} {score}" for name, score in found["scores"].items())
    print(f"{where} {scores}; {found['bytes'] / 1000:.0f} KB; below 90: {', '.join(found['poor']) or 'nothing'}")
    moves = "cumulative-layout-shift" in found["poor"]
    return int(min(found["scores"].values()) < LEAST or moves or found["bytes"] >= HEAVIEST)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="*", help="of a page in the list; all, if none is named")
    sys.exit(main(parser.parse_args().path))
