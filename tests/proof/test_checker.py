"""The checker of histories, on histories made by hand: it finds each broken promise, and nothing in a kept one."""

from collections.abc import Callable

import pytest

from proofs.checker import RULES
from tests.proof.telling import ADA, Told, detail, invoice, missing, moved, row, suite

KEPT: dict[str, Callable[[], Told]] = {
    "old by less than its lifetime": lambda: Told(invoice(5)).call(3).read(8.9, row(1), as_of=3).answer(9, 304),
    "an invoice may be older than a row": lambda: Told(invoice(5)).call(4).read(16.9, detail(1), as_of=4),
    "a read that began before the 2xx": lambda: Told(invoice(5)).call(4).clear(5.1, 5.2).read(5.15, row(1), as_of=4),
    "visible only after the webhook was sent": lambda: (
        Told(invoice(5.15)).call(5.12).clear(5.1, 5.2).read(7.4, row(1), as_of=5.12)
    ),
    "a refused webhook promises nothing": lambda: (
        Told(invoice(5)).call(4).clear(5.1, 5.2, status=503).read(6, row(1), as_of=4)
    ),
    "an own edit is shown": lambda: moved(5.3).call(5.35).read(5.4, suite(1), as_of=5.35),
    "an own edit, asked for before its answer": lambda: moved(5.3).call(4).read(5.2, suite(0), as_of=4),
    "an unreported edit, not yet due": lambda: moved(5.3, is_confirmed=False).call(5).read(7.5, suite(0), as_of=5),
    "a hand-off long ago": lambda: (
        Told(invoice(1000)).clear(1, 2, "hand-off", status=200).call(999).read(1003.5, row(1), as_of=999)
    ),
    "forward, and the same again": lambda: Told(invoice(5)).read(4, row(1)).read(6, row(2)).read(7, row(2)),
    "back after an outage of Redis": lambda: (
        Told(invoice(5))
        .call(4.9)
        .read(5.4, row(2))
        .trouble("redis killed", "redis", 5.3, 5.6, outage=True)
        .read(6.0, row(1), as_of=4.9)
        .read(7.0, row(2))
    ),
    "a later session may see what is older": lambda: (
        Told(invoice(5)).call(4.5).read(6, row(2)).read(6.5, row(1), as_of=4.5, session="another")
    ),
    "a second call after a clear": lambda: Told(invoice(5)).call(5, took=0.3).clear(5.1, 5.15).call(5.2, took=0.3),
    "a second call after Redis forgot": lambda: (
        Told(invoice()).call(5, took=0.3).trouble("keys deleted", "redis", 5.1, 5.11).call(5.2, took=0.3)
    ),
    "a process that slept takes Redis for lost": lambda: (
        Told(invoice()).trouble("portal paused", "portal 0", 4, 4.6).call(4.7, took=0.3).call(4.8, took=0.3)
    ),
    "calls for different things": lambda: Told(invoice()).call(5, took=0.3).call(5.1, "GetInvoice 1", took=0.3),
    "parts from before and after a change without a clear": lambda: (
        Told(invoice(5), invoice(5.4)).call(4.9).read(5.6, row(1, 1), row(2, 2), as_of=4.9)
    ),
    "parts read one by one while Redis was away": lambda: (
        Told(invoice(5), invoice(6))
        .trouble("redis paused", "redis", 4.3, 4.85, outage=True)
        .clear(5.1, 5.3)
        .read(4.9, row(1, 1), row(2, 2), took=2)
    ),
    "parts read one by one by a portal that slept": lambda: (
        Told(invoice(5), invoice(6))
        .trouble("portal paused", "portal 0", 4.3, 4.85)
        .clear(5.1, 5.3)
        .read(4.9, row(1, 1), row(2, 2), took=2)
    ),
    "an error while WHMCS is down": lambda: Told().call(5, failed=True).answer(5.1, 503),
    "no answer from a dead process": lambda: Told().trouble("portal killed", "portal 0", 5, 7).answer(6, 0),
    "not found, then found": lambda: Told(invoice(client=ADA)).read(-110, missing(0)).read(-99, detail(1)),
    "made good in time": lambda: numbered(Told(invoice(5)).call(4).read(34.9, detail(1), as_of=4)),
    "deleted": lambda: Told(invoice(gone=5.0)).read(4, detail(1)).read(6, missing(0, 2)),
    "a webhook refused while Redis was away": lambda: (
        Told().trouble("redis paused", "redis", 5, 6, outage=True).clear(5.2, 5.8, status=503).clear(5.5, 6.1)
    ),
}

BROKEN: dict[str, tuple[str, Callable[[], Told]]] = {
    "never visible then": ("F0 truth", lambda: Told(invoice(5, 9)).read(6, row(3))),
    "gone before as_of": ("F0 truth", lambda: Told(invoice(5)).read(6, row(1))),
    "too old": ("F1 bounded age", lambda: Told(invoice(5)).call(4).read(9.1, row(1), as_of=4)),
    "an invoice too old": ("F1 bounded age", lambda: Told(invoice(5)).call(4).read(17.1, detail(1), as_of=4)),
    "stale after a webhook": (
        "F2 webhook",
        lambda: Told(invoice(5)).call(4).clear(5.1, 5.2).read(5.3, row(1), as_of=4),
    ),
    "stale after a second webhook": (
        "F2 webhook",
        lambda: Told(invoice(5)).call(4.9).clear(4, 4.1).clear(5.1, 5.2).read(5.3, row(1), as_of=4.9),
    ),
    "stale after a webhook that names nobody": (
        "F2 webhook",
        lambda: told_to_everybody(Told(invoice(5)).call(4).clear(5.1, 5.2).read(5.3, row(1), as_of=4)),
    ),
    "stale after somebody's refresh": (
        "F2 forced refresh",
        lambda: Told(invoice(5)).call(4).clear(5.1, 5.2, "refresh", status=200).read(5.3, row(1), as_of=4),
    ),
    "a refresh that is not fresh": (
        "F2 forced refresh",
        lambda: Told(invoice(5)).call(4).read(5.3, row(1), as_of=4, forced=True),
    ),
    "early, and kept for long": (
        "F3 early webhook",
        lambda: Told(invoice(5)).call(4.5).clear(4.1, 4.2).read(7.4, row(1), as_of=4.5),
    ),
    "an own edit is not shown": ("F4 own write", lambda: moved(5.3).call(4).read(5.4, suite(0), as_of=4)),
    "an unreported edit is kept back": (
        "F5 unknown write",
        lambda: moved(5.3, is_confirmed=False).call(5).read(7.7, suite(0), as_of=5),
    ),
    "silently changed after a hand-off": (
        "F6 hand-off",
        lambda: Told(invoice(50)).clear(1, 2, "hand-off", status=200).call(49).read(52.4, row(1), as_of=49),
    ),
    "back in one session": (
        "F7 monotonic",
        lambda: Told(invoice(5)).call(4.5).read(6, row(2)).read(6.5, row(1), as_of=4.5),
    ),
    "back from the list to the invoice": (
        "F7 across views",
        lambda: Told(invoice(5)).call(4.5).read(6, row(2)).read(6.5, detail(1), as_of=4.5),
    ),
    "listed, then not found": (
        "F7 across views",
        lambda: Told(invoice()).read(-99.5, row(1)).call(-100.5).read(-98, missing(0), as_of=-100.5),
    ),
    "called twice at once": ("F8 one call", lambda: Told(invoice()).call(5, took=0.3).call(5.1, took=0.3)),
    "called thrice for one clear": (
        "F8 one call",
        lambda: Told(invoice()).call(5, took=0.3).clear(5.05, 5.1).call(5.1, took=0.3).call(5.15, took=0.3),
    ),
    "called twice after a short sleep": (
        "F8 one call",
        lambda: Told(invoice()).trouble("portal paused", "portal 0", 4.4, 4.6).call(4.7, took=0.3).call(4.8, took=0.3),
    ),
    "too many at once": ("F8 bounded", lambda: crowded(Told(invoice()))),
    "two generations on one page": (
        "F9 wholeness",
        lambda: Told(invoice(5), invoice(6)).call(4).clear(5.1, 5.3).read(4.9, row(1, 1), row(2, 2), as_of=4, took=2),
    ),
    "something old beside something new while Redis was away": (
        "F9 wholeness",
        lambda: (
            Told(invoice(5), invoice(6))
            .trouble("redis paused", "redis", 4.3, 4.85, outage=True)
            .clear(5.1, 5.3)
            .read(5.05, row(1, 1), row(2, 2), took=2)
        ),
    ),
    "an answer that is none of ours": ("F9 answers", lambda: Told().answer(5, 500)),
    "no answer from a living process": ("F9 answers", lambda: Told().answer(5, 0)),
    "an answer that is not whole": ("F9 answers", lambda: mangled(Told(invoice()).read(5, row(1)))),
    "a webhook confirmed without Redis": (
        "F10 no false promise",
        lambda: Told().trouble("redis paused", "redis", 5, 6, outage=True).clear(5.2, 5.8),
    ),
    "an edit written without Redis": (
        "F10 no write",
        lambda: (
            Told()
            .trouble("redis paused", "redis", 5, 6, outage=True)
            .clear(5.2, 5.8, "edit", status=503)
            .call(5.4, "UpdateClient 1")
        ),
    ),
    "a read that Redis kept waiting": (
        "F10 delay",
        lambda: Told().trouble("redis paused", "redis", 5, 9, outage=True).answer(5.1, 200, took=0.9),
    ),
    "lost, although WHMCS numbers its changes": (
        "F12 lost webhook",
        lambda: numbered(Told(invoice(5)).call(4).read(35.1, detail(1), as_of=4)),
    ),
    "not found for too long": (
        "F13 not found",
        lambda: Told(invoice()).call(-101).read(-89.9, missing(0), as_of=-101),
    ),
    "an error out of nothing": (
        "F13 no kept error",
        lambda: Told().trouble("WHMCS answers 500", "whmcs", 5, 6).answer(7, 503),
    ),
    "as_of of no fetch": ("F14 start of the fetch", lambda: Told(invoice()).call(3).read(5, row(1), as_of=4.5)),
}


def told_to_everybody(told: Told) -> Told:
    told.history.clears = [clear._replace(client=None) for clear in told.history.clears]
    return told


def mangled(told: Told) -> Told:
    told.history.reads = [read._replace(wrong="list: 3 of 4 items") for read in told.history.reads]
    return told


def numbered(told: Told) -> Told:
    told.history.is_numbered = True
    told.history.lifetimes = {"rows": 90.0, "invoice": 300.0, "client": 300.0}
    return told


def crowded(told: Told) -> Told:
    for number in range(told.history.concurrency + 1):
        told.call(5 + number / 1e6, f"GetInvoice {number}", took=0.3)
    return told


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_promise_is_not_accused(name: str) -> None:
    """What freshness allows is no violation."""
    assert KEPT[name]().broken == set()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_found(name: str) -> None:
    """By its own rule; what breaks one promise may break others too."""
    rule, tell = BROKEN[name]
    assert rule in tell().broken


def test_every_rule_is_tried() -> None:
    """None could be switched off unnoticed."""
    assert {rule for rule, _ in BROKEN.values()} == set(RULES)
