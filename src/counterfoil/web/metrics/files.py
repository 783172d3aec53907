"""The files in which several workers count, so that whichever is asked answers for all of them (prometheus-client's
multiprocess mode).
"""

import fcntl
import os
from functools import cache
from pathlib import Path
from typing import IO

import structlog
from prometheus_client import CollectorRegistry, start_http_server, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_log = structlog.get_logger(__name__)

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client's own variable. It must be set before the library is imported."""

SIZES = {
    "histogram": 2 * 1024 * 1024,
    "counter": 512 * 1024,
    "gauge_livesum": 64 * 1024,
    "gauge_livemin": 64 * 1024,
    "gauge_max": 64 * 1024,
    "gauge_livemostrecent": 64 * 1024,
}
"""Bytes of each file of a worker: more than all its series take."""

OBSERVER = "observer.lock"


def is_shared() -> bool:
    return DIRECTORY in os.environ


def count_in_files() -> None:
    """In each worker, before its first metric. On a disk without room this worker counts for itself alone."""
    try:
        make_room(Path(os.environ[DIRECTORY]), os.getpid())
    except OSError as error:
        _log.error("metrics cannot be shared", reason=error.strerror, hint="make room where TMPDIR lies, and restart")
        values.ValueClass = values.MutexValue
        return
    values.ValueClass = _value_class_of(os.getpid())


def make_room(directory: Path, pid: int) -> None:
    """Before anything is counted: the library maps its files into memory, and the kernel ends a process with SIGBUS
    that writes where the disk has no room for it.
    """
    for kind, size in SIZES.items():
        with (directory / f"{kind}_{pid}.db").open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, size)


@cache
def _value_class_of(pid: int) -> type:
    """For this worker, once it is forked. The library's own ask the kernel for the process id at every addition: a
    twelfth of a warm read.
    """
    return values.MultiProcessValue(lambda: pid)  # type: ignore[no-untyped-call,no-any-return]


def all_workers() -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def serve_on(host: str, port: int) -> None:
    """On a port of its own, in a thread of `serve`'s parent process: it answers for all workers, dead ones included."""
    start_http_server(port, addr=host, registry=all_workers())


def forget_dead_workers(directory: str) -> None:
    """A worker that was killed leaves its gauges behind; its counters still count."""
    for name in os.listdir(directory):  # noqa: PTH208 - names are all that is needed
        pid = name.removesuffix(".db").rpartition("_")[2]
        if name.startswith("gauge_live") and pid.isdigit() and not _is_running(int(pid)):
            mark_process_dead(pid, directory)  # type: ignore[no-untyped-call]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


class Turn:
    """One worker of a machine looks for all of them. When it ends, the kernel lets the next one."""

    def __init__(self) -> None:
        self._lock: IO[bytes] | None = None

    def is_mine(self) -> bool:
        if self._lock is not None or not is_shared():
            return True
        file = (Path(os.environ[DIRECTORY]) / OBSERVER).open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._lock = file
        return True

    def end(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
