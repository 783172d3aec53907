"""Who is measured: programs started as their users start them, and the requests that they are asked."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import redis

from benchmarks.machine import SERVER_CORE, pinned
from benchmarks.peers.ceiling import GENERATION
from tests.processes import Child, accepts, free_port
from tests.servers import RedisServer
from tests.stack import Stack

ROOT = Path(__file__).parent.parent
PEERS = ROOT / ".cache/bench"
LIST = "/api/v1/invoices"


LISTED, PAGE, UNCHANGED = (
    "Counterfoil, JSON list",
    "Counterfoil, page of 25 rows",
    "Counterfoil, unchanged page (304)",
)

PROXY = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Real-IP": "203.0.113.7"}
"""What a reverse proxy adds: docs/operations.md has one in front of every portal. All contestants get it."""

BROWSER = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en-GB,en;q=0.9",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


class Target(NamedTuple):
    """One request, asked of one server. `headers` is called before each round: an ETag lives as long as the data."""

    name: str
    server: Child
    url: str
    headers: Callable[[], dict[str, str]]
    status: int = 200


@contextmanager
def running(child: Child, port: int) -> Iterator[Child]:
    try:
        child.start(lambda: accepts(port))
        yield child
    finally:
        child.stop()


@contextmanager
def portal(
    folder: Path, cache: RedisServer, *, workers: int = 1, cores: Sequence[int] = (SERVER_CORE,)
) -> Iterator[Stack]:
    """`counterfoil serve` as operations.md has it: a Redis, a proxy that is trusted, the WHMCS sandbox behind."""
    stack = Stack(folder, workers=workers, cache_url=cache.url, trusted_proxies="127.0.0.1")
    stack.portal.command[:0] = pinned(*cores)
    try:
        stack.sandbox.start()
        stack.start()
        yield stack
    finally:
        stack.portal.stop()
        stack.sandbox.child.stop()


def targets_of(stack: Stack) -> list[Target]:
    """The list, the page, and the page that the browser has already."""
    cookie = signed_in(stack.url)

    def plain() -> dict[str, str]:
        return PROXY | {"Cookie": cookie}

    def browser() -> dict[str, str]:
        return PROXY | BROWSER | {"Cookie": cookie}

    def known() -> dict[str, str]:
        return browser() | {"If-None-Match": get(f"{stack.url}/invoices", browser()).headers["etag"]}

    return [
        Target(LISTED, stack.portal, stack.url + LIST, plain),
        Target(PAGE, stack.portal, f"{stack.url}/invoices", browser),
        Target(UNCHANGED, stack.portal, f"{stack.url}/invoices", known, 304),
    ]


def signed_in(url: str, email: str = "ada@example.com") -> str:
    person = {"email": email, "password": "demo-password-1"}
    answer = httpx2.post(f"{url}/api/v1/session", json=person, timeout=20)
    answer.raise_for_status()
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


def get(url: str, headers: dict[str, str]) -> httpx2.Response:
    return httpx2.get(url, headers=headers, timeout=20)


@contextmanager
def ceiling(folder: Path, cache: RedisServer, body: bytes) -> Iterator[Target]:
    """C serves the portal's own bytes."""
    port, cookie = free_port(), f"session={secrets.token_urlsafe(32)}"
    with redis.Redis.from_url(cache.url) as client:
        client.mset({cookie: b"1", GENERATION: b"1", LIST: body})
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "rsgi", "--no-ws", "--http", "1"]
    command += ["--loop", "uvloop"]
    command += ["--port", str(port), "benchmarks.peers.ceiling:application"]
    environment = os.environ | {"BENCH_REDIS": cache.url}
    child = Child([*pinned(SERVER_CORE), *command], folder / "ceiling.log", env=environment, cwd=ROOT)
    with running(child, port):
        headers = PROXY | {"Cookie": cookie}
        yield Target("C: Granian RSGI + one MGET", child, f"http://127.0.0.1:{port}{LIST}", lambda: headers)


@contextmanager
def fastapi(folder: Path, cache: RedisServer, rows: Path) -> Iterator[list[Target]]:
    """The same rows, through FastAPI and cashews, on uvicorn with uvloop and httptools; and as a Jinja page."""
    install_peers()
    port = free_port()
    command = [str(PEERS / "bin/uvicorn"), "--port", str(port), "--loop", "uvloop", "--http", "httptools"]
    command += ["--no-access-log", "benchmarks.peers.fastapi_cashews:app"]
    environment = os.environ | {"BENCH_REDIS": cache.url, "BENCH_ROWS": str(rows)}
    child = Child([*pinned(SERVER_CORE), *command], folder / "fastapi.log", env=environment, cwd=ROOT)
    with running(child, port):
        yield [
            peer_target("FastAPI + cashews", child, port),
            peer_target("FastAPI + cashews, Jinja2 page of 25 rows", child, port, "/invoices"),
        ]


def peer_target(name: str, child: Child, port: int, path: str = LIST) -> Target:
    """Signed in as the peers do it: one cookie, no password."""
    url = f"http://127.0.0.1:{port}"
    cookie = httpx2.post(f"{url}/sign-in", timeout=20).cookies["session"]
    return Target(name, child, url + path, lambda: PROXY | {"Cookie": f"session={cookie}"})


def write_rows(folder: Path, body: bytes) -> Path:
    """What the peers answer: the portal's own rows."""
    rows = folder / "rows.json"
    rows.write_text(json.dumps(json.loads(body)["items"]), encoding="utf-8")
    return rows


def install_peers() -> None:
    """Into an environment of their own: what a peer brings must not change what the portal runs on."""
    uv = str(Path(sys.executable).with_name("uv"))
    python = str(PEERS / "bin/python")
    if not (PEERS / "bin/python").exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(PEERS)], check=True, timeout=60)
    sync = [uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", "requirements/bench.txt"]
    subprocess.run(sync, check=True, cwd=ROOT, timeout=180)


def versions() -> dict[str, str]:
    """Of everything that had a part in the figures."""
    return _versions(PEERS / "bin/python", PEER_PARTS) | _versions(Path(sys.executable), PARTS)


def _versions(python: Path, names: set[str]) -> dict[str, str]:
    command = [str(Path(sys.executable).with_name("uv")), "pip", "list", "--format", "json", "--python", str(python)]
    listed: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {item["name"]: item["version"] for item in listed if item["name"] in names}


PARTS = {"granian", "hiredis", "litestar", "msgspec", "jinja2", "uvloop"}
PEER_PARTS = {"cashews", "fastapi", "httptools", "pydantic", "redis", "uvicorn", "uvloop"}
