"""A real Chromium, and pages that must not complain. What the portal's pages hold: web/."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

# It must not look for anything beyond this machine: updates, accounts, certificates' health.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


PATIENCE = 60_000.0
"""Milliseconds, for whatever is waited for: a busy machine takes longer than Playwright's five seconds."""

# The same engine without the browser around it is a third of the work: 0.4 s of a processor for a page and its picture,
# not 1.2 s.
PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Debian's Chromium, since a test tool's own would have to be downloaded."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "Chromium is not installed: tools/system installs it"
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            browser.close()


class Complaints:
    """What pages should not do: errors in the console, exceptions, requests to other hosts."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.expected: list[str] = []

    def listen_to(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"exception: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.seen.append(f"request to another host: {request.url}")

    def unexpected(self) -> list[str]:
        """All but those that contain one of the `expected` texts."""
        return [text for text in self.seen if not any(known in text for known in self.expected)]


def sign_in(page: Page, url: str, email: str) -> None:
    """In whichever language the page is."""
    page.goto(f"{url}/sign-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill("demo-password-1")
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("input[name=password]")).to_have_count(0)
