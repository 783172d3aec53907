"""WebKit, the engine of Safari: Debian's WebKitWebDriver with MiniBrowser, on a screen that nobody sees."""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2

from proofs.browsers.engine import PATIENCE, Keys
from tests.processes import Child, free_port
from tests.stack import answers

MINI_BROWSERS = ("*/webkit2gtk-4.1/MiniBrowser", "*/webkit2gtk-4.0/MiniBrowser", "*/webkitgtk-6.0/MiniBrowser")


class WebKit:
    def __init__(self, folder: Path) -> None:
        self._closing = ExitStack()
        try:
            self._start(folder)
        except BaseException:
            self._closing.close()
            raise

    def _start(self, folder: Path) -> None:
        display, port = f":{free_port()}", free_port()
        screen = Child(["Xvfb", display, "-screen", "0", "1280x1000x24", "-nolisten", "tcp"], folder / "screen.log")
        screen.spawn()
        self._closing.callback(screen.stop)
        environment = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
        command = ["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"]
        driver = Child(command, folder / "webkit.log", env=environment)
        driver.start(lambda: answers(f"http://127.0.0.1:{port}/status"))
        self._closing.callback(driver.stop)
        self._http = self._closing.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE))
        options = {"webkitgtk:browserOptions": {"binary": _mini_browser(), "args": ["--automation"]}}
        made = self._said("POST", "/session", {"capabilities": {"alwaysMatch": options}})
        self._session = f"/session/{made['sessionId']}"
        self._closing.callback(self._ask, "DELETE", "")

    def open(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def call(self, function: str, *arguments: Any) -> Any:
        asked = {"script": f"return ({function})(...arguments)", "args": list(arguments)}
        answer = self._http.post(f"{self._session}/execute/sync", json=asked)
        value = answer.json()["value"]
        if answer.status_code != 200 and value["error"] in {"javascript error", "no such window", "unknown error"}:
            return None
        assert answer.status_code == 200, value
        return value

    def act(self, kind: str, steps: Keys) -> None:
        device = {"type": kind, "id": kind, "actions": steps}
        self._ask("POST", "/actions", {"actions": [device]})

    def tabs(self) -> list[str]:
        found: list[str] = self._ask("GET", "/window/handles")
        return found

    def switch(self, tab: str) -> None:
        self._ask("POST", "/window", {"handle": tab})

    def close(self) -> None:
        self._closing.close()

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        return self._said(method, self._session + path, body)

    def _said(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, path, json=body)
        value = answer.json()["value"]
        assert answer.status_code == 200, (path, value)
        return value


def _mini_browser() -> str:
    found = next((path for each in MINI_BROWSERS for path in Path("/usr/lib").glob(each)), None)
    assert found, "MiniBrowser is not installed: tools/system browsers installs it"
    assert shutil.which("WebKitWebDriver")
    return str(found)
