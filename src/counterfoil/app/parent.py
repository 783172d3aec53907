"""A worker ends with the process that started it: one that lived on would serve an old build with an old key."""

import multiprocessing
import os
import signal
import threading
import time

LOOK = 0.25
"""Seconds between two looks at whether the parent is still there."""


def end_with_parent(stop_seconds: float) -> None:
    """In a worker of `counterfoil serve`; anywhere else it does nothing.

    Like SIGTERM: open requests have `stop_seconds`. Nobody is left to kill this process after that, so it ends itself.
    """
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        # Until the server puts its own handler, a forked worker has its parent's, which only takes a note.
        args = (parent.pid, signal.getsignal(signal.SIGTERM), stop_seconds)
        threading.Thread(target=_watch, args=args, name="parent watch", daemon=True).start()


def _watch(parent: int, inherited: object, stop_seconds: float) -> None:
    # A thread: it also looks while the event loop is busy. And no death signal of the kernel's, which would be sent
    # too early, or never, to a worker whose parent died while it was forked.
    while os.getppid() == parent:
        time.sleep(LOOK)
    until = time.monotonic() + stop_seconds
    while signal.getsignal(signal.SIGTERM) is inherited and time.monotonic() < until:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)  # Once: a second one would break off the requests that are open.
    time.sleep(max(0.0, until - time.monotonic()))
    os._exit(1)
