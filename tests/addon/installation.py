"""A WHMCS installation of real PHP: each `play` is one process, as a page view, an API call or a cron run is one."""

import base64
import json
import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ADDON = ROOT / "whmcs-addon"
WEBASSEMBLY = os.environ.get("COUNTERFOIL_TEST_PHP", "")
"""Where `make test-php` has put PHP for node, and which version of it: "FOLDER 7.4"; empty: the machine's own PHP."""

_RUNTIME = ["node", f"{WEBASSEMBLY.partition(' ')[0]}/node_modules/@php-wasm/cli/main.js"] if WEBASSEMBLY else ["php"]
_PLAY = str(Path(__file__).parent / "php/play.php")
PHP = [*_RUNTIME, "-d", "display_errors=stderr", "-d", "include_path=.:/usr/share/php", _PLAY]
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PHP": WEBASSEMBLY.partition(" ")[2]}
KILLED = -9


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


class Installation:
    """`database` as Capsule takes it. `now` is the time that its processes believe it is; None: the real one."""

    def __init__(self, database: Mapping[str, object], portal: str) -> None:
        self.database, self.portal = dict(database), portal
        self.secret = new_secret()
        self.now: float | None = None
        self.play(["install"], ["load"], *self._activation(), loaded=False)

    def activate(self) -> None:
        self.play(*self._activation())

    def _activation(self) -> list[list[Any]]:
        settings = _saved(portal_url=self.portal, webhook_secret=self.secret, catch_all="on")
        return [["call", "counterfoil_activate"], *settings]

    def settings(self, **values: str) -> None:
        """As an administrator saves them."""
        self.play(*_saved(**values))

    def start(self, *steps: list[Any], loaded: bool = True) -> "subprocess.Popen[str]":
        """A process that does the steps; several may run at once."""
        pipe = subprocess.PIPE
        process = subprocess.Popen(PHP, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=_ENVIRONMENT)
        before = [["load"], ["clock", self.now]] if loaded else []
        assert process.stdin
        play = {"addon": str(ADDON), "database": self.database, "steps": [*before, *steps]}
        process.stdin.write(json.dumps(play))
        process.stdin.close()
        process.stdin = None
        return process

    def play(self, *steps: list[Any], loaded: bool = True, dies: bool = False) -> list[Any]:
        """What each step gave. Whatever PHP prints besides fails the test."""
        process = self.start(*steps, loaded=loaded)
        output, errors = process.communicate(timeout=280)
        assert (process.returncode, errors) == (KILLED if dies else 0, "")
        lines = [json.loads(line) for line in output.splitlines()]
        assert dies or len(lines) == len(steps) + 2 * loaded, output
        return lines[2 * loaded :]

    def sql(self, query: str, *bindings: object) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.play(["sql", query, list(bindings)])[0]
        return rows

    def outbox(self, columns: str = "*") -> list[dict[str, Any]]:
        return self.sql(f"select {columns} from mod_counterfoil_outbox order by id")  # noqa: S608 -- a test's own

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What is recorded: type and ids."""
        return [(row["type"], json.loads(row["data"])) for row in self.outbox("type, data, id")]

    def states(self) -> list[int]:
        return [int(row["state"]) for row in self.outbox("state, id")]

    def series(self) -> str:
        return str(self.sql("select value from mod_counterfoil_state where name = 'series'")[0]["value"])


def _saved(**values: str) -> list[list[Any]]:
    insert = "insert into tbladdonmodules (module, setting, value) values ('counterfoil', ?, ?)"
    deleted = [["sql", "delete from tbladdonmodules where setting = ?", [name]] for name in values]
    return [*deleted, *(["sql", insert, [name, value]] for name, value in values.items())]
