"""Stories of a busy run: many who ask at once, calls that serve several, a machine that stands still."""

from tests.proof.telling import Told


def asked_at_once(told: Told, times: int) -> Told:
    """For one thing, by all processes."""
    for number in range(times):
        told.call(5, took=0.5, portal=number % 4)
    return told


def crowd(told: Told, times: int, *, at: float = 4.6, portal: int = 0) -> Told:
    """Calls of one process at once, each for something else."""
    for number in range(times):
        told.call(at + number / 1e6, f"GetInvoice {portal} {at} {number}", took=0.35, portal=portal)
    return told


def several_in_one_call(told: Told) -> Told:
    for number in range(20):
        told.call(4.7, f"GetInvoice {number}", took=0.1)
    return told


def stalled(told: Told, seconds: float) -> Told:
    told.history.stalls.append((told.history.reads[-1].started, seconds))
    return told


def computing(told: Told, seconds: float) -> Told:
    read = told.history.reads[-1]
    told.history.busy[0] = [(read.started - 0.01, 0.0), (read.ended + 0.01, seconds)]
    return told
