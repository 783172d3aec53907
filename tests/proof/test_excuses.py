"""What the checker lets pass, and how far: each excuse once where it holds, and once just beyond it."""

from collections.abc import Callable

import pytest

from tests.proof.busy import asked_at_once, computing, crowd, several_in_one_call, stalled
from tests.proof.telling import Told, detail, invoice, row

Story = Callable[[], Told]


def without_redis(began: float = 5, ended: float = 6, *tracks: float) -> Told:
    return Told(invoice(*tracks)).trouble("redis paused", "redis", began, ended, outage=True)


def failing(*, times: int) -> Told:
    """One process's calls for somebody else fail in a row; the last one ends at 5.05."""
    told = Told()
    for number in range(times):
        told.call(5 - number * 0.1, f"GetInvoice {number}", failed=True, client=2)
    return told


EXCUSES: dict[str, tuple[str, Story, Story]] = {
    "F7: back, up to 1 s after the outage": (
        "F7 monotonic",
        lambda: without_redis(5.3, 5.6, 5).call(4.9).read(5.4, row(2)).read(6.5, row(1), as_of=4.9),
        lambda: without_redis(5.3, 5.6, 5).call(4.9).read(5.4, row(2)).read(6.7, row(1), as_of=4.9),
    ),
    "F7: an outage long ago excuses nothing": (
        "F7 monotonic",
        lambda: without_redis(6, 7, 5).call(4.9).read(5.9, row(2)).read(7.9, row(1), as_of=4.9),
        lambda: without_redis(6, 7, 5).call(4.9).read(5.9, row(2)).read(8.1, row(1), as_of=4.9),
    ),
    "F7: nor does a process that slept": (
        "F7 across views",
        lambda: without_redis(5, 6, 5).call(4.9).read(5.9, row(2)).read(6.5, detail(1), as_of=4.9),
        lambda: (
            Told(invoice(5))
            .trouble("portal paused", "portal 0", 5, 6)
            .call(4.9)
            .read(5.9, row(2))
            .read(6.5, detail(1), as_of=4.9)
        ),
    ),
    "F8: one key loss, one further call": (
        "F8 one call",
        lambda: Told().call(5, took=0.4).trouble("keys deleted", "redis", 5.1, 5.11).call(5.2),
        lambda: Told().call(5, took=0.4).trouble("keys deleted", "redis", 5.1, 5.11).call(5.2).call(5.21),
    ),
    "F8: keys lost before the lease was taken": (
        "F8 one call",
        lambda: Told().trouble("keys deleted", "redis", 4.8, 4.81).call(5, took=0.4).call(5.2),
        lambda: Told().trouble("keys deleted", "redis", 4.6, 4.61).call(5, took=0.4).call(5.2),
    ),
    "F8: past Redis, until 1 s after": (
        "F8 one call",
        lambda: without_redis(4, 5).call(5.5, took=0.4).call(5.6, portal=1),
        lambda: without_redis(4, 5).call(6.5, took=0.4).call(6.6, portal=1),
    ),
    "F8: by a process that takes Redis for lost": (
        "F8 one call",
        lambda: Told().trouble("redis taken for lost", "portal 0", 5, 6).call(6.2, took=0.4).call(6.3).call(6.35),
        lambda: Told().trouble("redis taken for lost", "portal 0", 3, 4).call(6.2, took=0.4).call(6.3),
    ),
    "F8: past Redis each process asks, and once more when it is back": (
        "F8 one call",
        lambda: asked_at_once(without_redis(4, 6), 9),
        lambda: asked_at_once(without_redis(4, 6), 10),
    ),
    "F8: a dead process's lease still counts": (
        "F8 one call",
        lambda: Told().call(5, took=0.4).trouble("portal killed", "portal 0", 5.1, 7).call(5.5, portal=1),
        lambda: Told().call(5, took=0.4).trouble("portal killed", "portal 0", 5.1, 7).call(5.2, portal=1),
    ),
    "F8: a window that is put back": (
        "F8 one call",
        lambda: (
            Told()
            .clear(1, 2, "hand-off", status=200)
            .trouble("everything flushed", "redis", 3, 3.1)
            .call(5.5, took=0.4)
            .call(5.6)
        ),
        lambda: (
            Told()
            .clear(1, 2, "hand-off", status=200)
            .trouble("everything flushed", "redis", 3, 3.1)
            .call(6.5, took=0.4)
            .call(6.6)
        ),
    ),
    "F8: an edit reads the client for itself": (
        "F8 one call",
        lambda: Told().call(5, "GetClientsDetails 1").clear(4.9, 5.4, "edit").call(5.02, "GetClientsDetails 1"),
        lambda: Told().call(5, "GetInvoices 1").call(5.02, "GetInvoices 1").clear(5.03, 5.4, "edit"),
    ),
    "F8: a clear long before the lease": (
        "F8 one call",
        lambda: Told().clear(4.7, 4.8).call(5, took=0.4).call(5.2),
        lambda: Told().clear(4.6, 4.7).call(5, took=0.4).call(5.2),
    ),
    "F8: the later call may be a second attempt, of before the clear": (
        "F8 one call",
        lambda: Told().call(4, took=0.9, failed=True).clear(4.2, 4.3).call(4.8, took=0.4, portal=1).call(5),
        lambda: Told().call(4, took=0.9, failed=True).clear(3.8, 3.9).call(4.8, took=0.4, portal=1).call(5),
    ),
    "F8: a clear while the call waited for a place": (
        "F8 one call",
        lambda: crowd(Told().clear(4.2, 4.3), 8).call(5, took=0.4).call(5.2),
        lambda: crowd(Told().clear(4.2, 4.3), 7).call(5, took=0.4).call(5.2),
    ),
    "F8: places of a process that died": (
        "F8 bounded",
        lambda: crowd(crowd(Told(), 8, at=5).trouble("portal killed", "portal 0", 5.1, 5.2), 8, at=5.3),
        lambda: crowd(crowd(Told(), 8, at=5).trouble("portal killed", "portal 1", 5.1, 5.2), 8, at=5.3),
    ),
    "F8: several invoices in one call": (
        "F8 bounded",
        lambda: several_in_one_call(Told()),
        lambda: crowd(several_in_one_call(Told()), 8),
    ),
    "F8: places of another process": (
        "F8 bounded",
        lambda: crowd(crowd(Told(), 8), 8, portal=1),
        lambda: crowd(Told(), 9),
    ),
    "F9: no answer from a process that is dead": (
        "F9 answers",
        lambda: Told().trouble("portal killed", "portal 0", 5, 7).answer(6, 0),
        lambda: Told().trouble("portal killed", "portal 0", 5, 7).answer(6, 0, portal=1),
    ),
    "F10: half a second, when it is noticed": (
        "F10 delay",
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.75),
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.85),
    ),
    "F10: once": (
        "F10 delay",
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.5).answer(6.1, 200, took=0.25),
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.5).answer(6.1, 200, took=0.5),
    ),
    "F10: what WHMCS takes is not Redis's": (
        "F10 delay",
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.5).call(6.15, took=1).answer(6.1, 200, took=1.2),
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.5).call(6.15, took=0.6).answer(6.1, 200, took=1.2),
    ),
    "F10: nor is what another process fetches meanwhile": (
        "F10 delay",
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.5).call(6.15, took=1, portal=0).answer(6.1, 200, took=1.2),
        lambda: without_redis(5, 9).answer(5.1, 200, took=0.5).call(6.15, took=1, portal=1).answer(6.1, 200, took=1.2),
    ),
    "F10: nor is a machine that stood still": (
        "F10 delay",
        lambda: stalled(without_redis(5, 9).answer(5.1, 200, took=1.2), 0.5),
        lambda: stalled(without_redis(5, 9).answer(5.1, 200, took=1.2), 0.3),
    ),
    "F10: nor is a CPU that others have": (
        "F10 delay",
        lambda: computing(without_redis(5, 9).answer(5.1, 200, took=1.2), 0.3),
        lambda: computing(without_redis(5, 9).answer(5.1, 200, took=1.2), 0.1),
    ),
    "F10: an edit that came before": (
        "F10 no write",
        lambda: without_redis().clear(4.9, 5.8, "edit", status=200).call(5.3, "UpdateClient 1"),
        lambda: without_redis().clear(5.1, 5.8, "edit", status=200),
    ),
    "F13: a failure is shared for 1 s": (
        "F13 no kept error",
        lambda: Told().call(5, failed=True).answer(6.3, 503),
        lambda: Told().call(5, failed=True).answer(6.4, 503),
    ),
    "F13: a failure of somebody else's": (
        "F13 no kept error",
        lambda: Told().call(5, failed=True).answer(5.1, 503),
        lambda: Told().call(5, failed=True, client=2).answer(5.1, 503),
    ),
    "F13: a call that hangs fails when it is given up": (
        "F13 no kept error",
        lambda: Told().call(5, took=60, hung=True).answer(9, 503),
        lambda: Told().call(5, took=60, hung=True).answer(9.4, 503),
    ),
    "F13: WHMCS is left alone after five failures": (
        "F13 no kept error",
        lambda: failing(times=5).answer(6.5, 503),
        lambda: failing(times=4).answer(6.5, 503),
    ),
    "F13: a queue may refuse where no place is free": (
        "F13 no kept error",
        lambda: crowd(Told(), 8, at=5).answer(5.2, 503),
        lambda: crowd(Told(), 7, at=5).answer(5.2, 503),
    ),
    "F13: until it answers again": (
        "F13 no kept error",
        lambda: failing(times=5).call(6.5, client=2).answer(7.8, 503),
        lambda: failing(times=5).call(6.5, client=2).answer(8, 503),
    ),
    "F13: nobody waits for longer than a read may take": (
        "F13 no kept error",
        lambda: Told().answer(5, 503, took=2.9),
        lambda: Told().answer(5, 503, took=2.5),
    ),
    "F13: without Redis, and 1 s after": (
        "F13 no kept error",
        lambda: without_redis().answer(6.9, 503),
        lambda: without_redis().answer(7.1, 503),
    ),
    "F13: by a process that takes Redis for lost": (
        "F13 no kept error",
        lambda: Told().trouble("portal paused", "portal 0", 5, 6).answer(6.5, 503),
        lambda: Told().trouble("portal paused", "portal 1", 5, 6).answer(6.5, 503),
    ),
    "F14: from the lease to WHMCS": (
        "F14 start of the fetch",
        lambda: Told(invoice()).call(5).read(6, row(1), as_of=4.8),
        lambda: Told(invoice()).call(5).read(6, row(1), as_of=4.7),
    ),
    "F14: in the queue": (
        "F14 start of the fetch",
        lambda: crowd(Told(invoice()), 8).call(5).read(6, row(1), as_of=4.2),
        lambda: crowd(Told(invoice()), 7).call(5).read(6, row(1), as_of=4.2),
    ),
    "F14: an outage excuses nothing": (
        "F14 start of the fetch",
        lambda: without_redis(4, 5).call(5).read(6, row(1), as_of=4.8),
        lambda: without_redis(4, 5).call(5).read(6, row(1), as_of=4.5),
    ),
}


@pytest.mark.parametrize("name", EXCUSES)
def test_an_excuse_holds_as_far_as_it_goes(name: str) -> None:
    """What freshness allows is no violation; a moment, a process or a call more is one."""
    rule, kept, broken = EXCUSES[name]
    assert kept().broken == set()
    assert rule in broken().broken
