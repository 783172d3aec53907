"""Chromium, by Playwright, as in the tests."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page

from proofs.browsers.engine import Keys
from tests.browser import running_browser


class Chromium:
    def __init__(self, _folder: Path) -> None:
        self._closing = ExitStack()
        browser = self._closing.enter_context(running_browser())
        self._context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 1000})
        self._page: Page = self._context.new_page()

    def open(self, url: str) -> None:
        self._page.goto(url)

    def call(self, function: str, *arguments: Any) -> Any:
        try:
            return self._page.evaluate(f"given => ({function})(...given)", list(arguments))
        except Error as error:
            if "because of a navigation" in error.message or "Execution context" in error.message:
                return None
            raise

    def act(self, kind: str, steps: Keys) -> None:
        mouse, keyboard = self._page.mouse, self._page.keyboard
        for step in steps:
            if kind == "key":
                (keyboard.down if step["type"] == "keyDown" else keyboard.up)(step["value"])
            elif step["type"] == "pointerMove":
                mouse.move(step["x"], step["y"])
            else:
                (mouse.down if step["type"] == "pointerDown" else mouse.up)()

    def tabs(self) -> list[str]:
        self._page.wait_for_timeout(50)  # only while Playwright waits does it hear of a new one
        return [str(number) for number in range(len(self._context.pages))]

    def switch(self, tab: str) -> None:
        self._page = self._context.pages[int(tab)]
        self._page.bring_to_front()

    def close(self) -> None:
        self._closing.close()
