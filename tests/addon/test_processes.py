"""Several PHP processes at once, and PHP killed at any point: what the database has committed is never lost."""

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.addon.installation import KILLED, Installation
from tests.addon.receiver import Receiver
from tests.addon.test_delivery import CRON, DELIVERED, NOW, WAITING, paid


def everything_arrives(whmcs: Installation, portal: Receiver) -> None:
    """The next cron run, a minute later."""
    whmcs.now = portal.at = (whmcs.now or 0) + 60
    whmcs.play(CRON)
    committed = {row["id"] for row in whmcs.outbox("id")}
    assert {int(message.id.rpartition("_")[2]) for message in portal.accepted} == committed
    assert set(whmcs.states()) <= {DELIVERED}


def test_four_processes_flush_at_once(whmcs: Installation, portal: Receiver) -> None:
    """Each message is sent once, by one of them."""
    whmcs.now = portal.at = NOW
    portal.status = 503
    whmcs.play(["hooks", "InvoicePaid", "invoiceid", 1, 121])
    portal.status = 0
    portal.seen.clear()
    whmcs.now = portal.at = NOW + 20
    processes = [whmcs.start(CRON) for _ in range(4)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    assert sorted(message.data["invoice_id"] for message in portal.seen) == list(range(1, 121))


@pytest.mark.parametrize("statements", range(12))
def test_killed_before_any_statement(small: Installation, portal: Receiver, statements: int) -> None:
    """kill -9 before the first, second, ... statement of a request with two changes, and of all that follows them."""
    small.now = portal.at = NOW
    small.play(["set", "statementsLeft", statements], paid(1), paid(2), dies=True)
    everything_arrives(small, portal)


def test_killed_right_after_the_hook(whmcs: Installation, portal: Receiver) -> None:
    """The request is gone before its end: the next process sends what it recorded."""
    whmcs.now = portal.at = NOW
    whmcs.play(paid(1), ["die"], dies=True)
    whmcs.now = portal.at = NOW + 14
    whmcs.play(CRON)
    assert whmcs.states() == [WAITING], "the request may still be at it, and the change not made yet"
    everything_arrives(whmcs, portal)
    assert len(portal.accepted) == 1


@pytest.mark.parametrize("has_answered", [False, True])
def test_killed_while_sending(whmcs: Installation, portal: Receiver, has_answered: bool) -> None:
    """Before the portal's answer, or with the answer on its way: sent again under the same id."""
    whmcs.now = portal.at = NOW
    process = whmcs.start(paid(1))

    def kill() -> None:
        os.kill(process.pid, signal.SIGKILL)

    portal.before = (lambda: threading.Timer(0.0, kill).start()) if has_answered else kill
    portal.hangs = 0.1 if has_answered else 0.0
    process.communicate(timeout=60)
    assert process.returncode == KILLED
    portal.before, portal.hangs = (lambda: None), 0.0
    everything_arrives(whmcs, portal)
    assert len({message.id for message in portal.seen}) == 1


def test_killed_in_a_transaction(whmcs: Installation, portal: Receiver) -> None:
    """What WHMCS did not commit did not happen, and is not told; what it committed is."""
    whmcs.now = portal.at = NOW
    whmcs.play(["begin"], paid(1), ["die"], dies=True)
    whmcs.play(["begin"], paid(2), ["commit"], ["begin"], paid(3), ["rollback"])
    assert [ids["invoice_id"] for _, ids in whmcs.events()] == [2]
    everything_arrives(whmcs, portal)


def test_rolled_back_change_is_not_sent(small: Installation, portal: Receiver) -> None:
    small.play(["begin"], paid(1), ["rollback"])
    assert len(portal.seen) == 0


def test_numbers_may_become_visible_out_of_order(maria: Installation, tmp_path: Path) -> None:
    """A change that is still in a transaction has its number already: who has seen the next one must look back."""
    slow = maria.start(["begin"], paid(1), ["until", str(tmp_path / "go")], ["commit"])
    assert slow.stdout
    for _ in range(4):  # loaded, the clock, begun, recorded
        slow.stdout.readline()
    maria.play(paid(2))
    assert [row["id"] for row in maria.outbox("id")] == [2]
    (tmp_path / "go").touch()
    slow.communicate(timeout=60)
    assert [row["id"] for row in maria.outbox("id")] == [1, 2]
