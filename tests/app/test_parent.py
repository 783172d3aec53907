"""A worker whose parent is gone."""

import os
import subprocess
import sys

from tests.cli.test_stopping import is_alive, wait_until

WORKER = """
import multiprocessing, os, signal, time
from counterfoil.app.parent import end_with_parent

def work(pipe):
    signal.signal(signal.SIGTERM, lambda *_: None)
    parent = os.getppid()
    end_with_parent(3600)
    pipe.send(os.getpid())
    while os.getppid() == parent:
        time.sleep(0.05)
    time.sleep(1.5)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    time.sleep(3600)

ours, theirs = multiprocessing.Pipe()
multiprocessing.get_context("fork").Process(target=work, args=(theirs,)).start()
print(ours.recv(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_that_is_still_starting_ends_too() -> None:
    """It has its parent's handler until the server puts its own, and what comes before is lost on it."""
    with subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
    try:
        wait_until(lambda: not is_alive(worker))
    finally:
        if is_alive(worker):
            os.kill(worker, 9)
