"""Whatever the documents tell people to type is typed here, into a portal that runs."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import playwright
import pytest

from tests.servers import RedisServer
from tests.shape.fences import Fence, fences
from tests.stack import Stack, running_stack

pytestmark = pytest.mark.timeout(900)
"""Many programs start, one after the other, and the machine may be busy with other tests."""

NODE = Path(playwright.__file__).parent / "driver/node"
"""It knows TypeScript; Debian's does not yet."""

PROGRAMS = {"sh": ["bash", "-eu", "-o", "pipefail"], "python": [sys.executable, "-W", "error"], "ts": [str(NODE)]}
SUFFIXES = {"sh": "sh", "python": "py", "ts": "mts"}
RUN = [fence for fence in fences() if fence.is_to_run and not fence.document.startswith(("STYLE", "docs/add-a-noun"))]


class World:
    """Ada has a token, an order and an error's reference; the log of the portal is in the folder."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.folder = folder
        with stack.visitor("ada@example.com") as ada:
            order = {"items": [{"product_id": 2, "billing_cycle": "monthly"}], "gateway": "banktransfer"}
            placed = ada.post("/api/v1/orders", json=order, headers={"Idempotency-Key": str(uuid4())})
            refused = ada.get("/api/v1/invoices/999999")
            unpaid = ada.get("/api/v1/invoices?status=unpaid").json()["items"]
            tokens = {name: self._token(ada, name) for name in ("read", "pay")}
        stack.logged_request(refused.json()["request_id"])
        self._samples = {
            "0f4a9c2b7d1e8a6f5c3b": refused.json()["request_id"],
            "0f4a9c2b7d1e8a6f": placed.json()["id"],
            "812:9f2c...": re.findall(r"[0-9]+:[0-9a-f]{64}", stack.command("audit", "verify"))[-1],
        }
        self._env = stack.environment | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORTAL": stack.url,
            "TOKEN": tokens["read"],
            "PAY_TOKEN": tokens["pay"],
            "INVOICE": str(next(each["id"] for each in unpaid if each["is_payable"])),
            "WEBHOOK_SECRET": stack.webhook_secret,
            "NO_COLOR": "1",
        }
        shutil.copy(stack.folder / "portal.log", folder / "portal.log")
        (folder / "counterfoil.db").symlink_to(stack.folder / "portal.db")

    @staticmethod
    def _token(person: Any, scope: str) -> str:
        last = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
        wanted = {"name": scope, "scope": scope, "client_id": 1, "expires_on": last}
        made = person.post("/api/v1/tokens", json=wanted)
        assert made.status_code == 201, made.text
        return str(made.json()["token"])

    def run(self, fence: Fence) -> subprocess.CompletedProcess[str]:
        code = fence.code
        for sample, real in self._samples.items():
            code = code.replace(sample, real)
        program = self.folder / f"{Path(fence.document).stem}-{fence.line}.{SUFFIXES[fence.language]}"
        program.write_text(code, encoding="utf-8")
        command = [*PROGRAMS[fence.language], str(program)]
        return subprocess.run(
            command, cwd=self.folder, env=self._env, capture_output=True, text=True, timeout=800, check=False
        )


@pytest.fixture(scope="module")
def world(redis_process: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    redis_process.flush()
    folder = tmp_path_factory.mktemp("typed")
    with running_stack(tmp_path_factory.mktemp("portal"), cache_url=redis_process.url) as stack:
        yield World(stack, folder)


SAID = {
    "docs/api.md": {
        "python": "EUR is overdue",
        "ts": "as WHMCS said at",
        "payment-link": '"url":',
        "If-None-Match": "304",
    },
    "docs/webhooks.md": {"python": "204"},
    "docs/operations.md": {"counterfoil why": "invoice_not_found", "counterfoil export": "bob@example.com"},
}
"""What a block must print, by a word in it or its language."""


@pytest.mark.parametrize("fence", RUN, ids=lambda fence: fence.place)
def test_it_can_be_typed(world: World, fence: Fence) -> None:
    """A block ends well, and prints what the document says that it prints."""
    done = world.run(fence)
    assert done.returncode == 0, done.stdout + done.stderr
    for word, printed in SAID.get(fence.document, {}).items():
        if word == fence.language or word in fence.code:
            assert printed in done.stdout, done.stdout
