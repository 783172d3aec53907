"""NestJS as a peer, in the ways that portals of this kind are built with it (peers/nest/main.cjs). Needs npm."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.contestants import PEERS, Target, peer_target, running
from benchmarks.machine import SERVER_CORE, pinned
from tests.processes import Child, free_port
from tests.servers import RedisServer

PROGRAM = Path(__file__).with_name("peers") / "nest"
INSTALLED = PEERS.with_name("bench-nest")

NAMES = {
    "express-cache": "NestJS/Express + cache-manager",
    "fastify-cache": "NestJS/Fastify + cache-manager",
    "fastify-json": "NestJS/Fastify + ioredis JSON",
    "fastify-tuned": "NestJS/Fastify, tuned by hand",
}


def is_missing() -> bool:
    return shutil.which("npm") is None or shutil.which("node") is None


def install() -> None:
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "main.cjs"):
        shutil.copyfile(PROGRAM / name, INSTALLED / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    subprocess.run(command, check=True, cwd=INSTALLED, timeout=180, stdout=subprocess.DEVNULL)


@contextmanager
def targets(folder: Path, cache: RedisServer, rows: Path) -> Iterator[list[Target]]:
    """None of them when npm is missing, which is printed."""
    if is_missing():
        print("NestJS is not measured: npm is missing.")
        yield []
        return
    install()
    with ExitStack() as stack:
        yield [stack.enter_context(_running(kind, folder, cache, rows)) for kind in NAMES]


@contextmanager
def _running(kind: str, folder: Path, cache: RedisServer, rows: Path) -> Iterator[Target]:
    port = free_port()
    given = {"BENCH_KIND": kind, "BENCH_PORT": str(port), "BENCH_REDIS": cache.url, "BENCH_ROWS": str(rows)}
    environment = os.environ | given | {"NODE_ENV": "production"}
    command = [*pinned(SERVER_CORE), "node", "main.cjs"]
    with running(Child(command, folder / f"{kind}.log", env=environment, cwd=INSTALLED), port) as child:
        yield peer_target(NAMES[kind], child, port)
