"""Firefox, over WebDriver BiDi, which it speaks itself: no driver stands between."""

import json
import re
import shutil
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from proofs.browsers.engine import PATIENCE, Keys
from tests.processes import Child, free_port

QUIET = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
    "intl.accept_languages": "en-GB",
}
"""It must not look for anything beyond this machine."""


class Firefox:
    def __init__(self, folder: Path) -> None:
        self._closing = ExitStack()
        self._numbers = count(1)
        try:
            self._start(folder)
        except BaseException:
            self._closing.close()
            raise

    def _start(self, folder: Path) -> None:
        profile, port = folder / "profile", free_port()
        profile.mkdir()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in QUIET.items()]
        (profile / "user.js").write_text("\n".join(lines))
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        assert program, "Firefox is not installed: tools/system browsers installs it"
        command = [program, "--headless", "--no-remote", "--profile", str(profile)]
        command += ["--remote-debugging-port", str(port), "--width", "1280", "--height", "1000"]
        child = Child(command, folder / "firefox.log")
        child.start(lambda: bool(re.search(r"WebDriver BiDi listening", child.output())))
        self._closing.callback(child.stop)
        address = f"ws://127.0.0.1:{port}/session"
        self._socket = self._closing.enter_context(connect(address, max_size=None, open_timeout=PATIENCE))
        self._ask("session.new", capabilities={})
        self._tab = self.tabs()[0]

    def open(self, url: str) -> None:
        self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def call(self, function: str, *arguments: Any) -> Any:
        """Through JSON both ways: BiDi has an encoding of its own."""
        wrapped = f"(given) => JSON.stringify(({function})(...JSON.parse(given)) ?? null)"
        given = [{"type": "string", "value": json.dumps(arguments)}]
        asked = {"functionDeclaration": wrapped, "arguments": given, "awaitPromise": False}
        said = self._ask("script.callFunction", target={"context": self._tab}, may_be_gone=True, **asked)
        if said is None:
            return None
        assert said["type"] == "success", said
        return json.loads(said["result"]["value"])

    def act(self, kind: str, steps: Keys) -> None:
        device = {"type": kind, "id": kind, "actions": steps}
        self._ask("input.performActions", context=self._tab, actions=[device])

    def tabs(self) -> list[str]:
        return [each["context"] for each in self._ask("browsingContext.getTree")["contexts"]]

    def switch(self, tab: str) -> None:
        self._ask("browsingContext.activate", context=tab)
        self._tab = tab

    def close(self) -> None:
        self._closing.close()

    def _ask(self, method: str, *, may_be_gone: bool = False, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (said := json.loads(self._socket.recv(PATIENCE))).get("id") != number:
            pass  # an event
        if may_be_gone and said.get("error") in {"no such frame", "unknown error"}:
            return None
        assert said["type"] == "success", (method, said)
        return said["result"]
