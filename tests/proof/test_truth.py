"""What a portal said, held against what WHMCS's books said."""

import pytest

from proofs.statements import Claim, Statement
from proofs.truth import Truth, invoice_track
from tests.proof.telling import ADA, BOB, START, Told, invoice, row


def truth() -> Truth:
    sandbox = [
        {"version": 1, "visible_at": START, "invoice": kept("10.00")},
        {"version": 2, "visible_at": START + 5, "invoice": kept("20.00")},
        {"version": 3, "visible_at": START + 9, "invoice": None},
        {"version": 4, "visible_at": START + 12, "invoice": kept("30.00") | {"status": "Cancelled"}},
    ]
    return Truth({"invoice 7": invoice_track(ADA, sandbox)})


def kept(total: str) -> dict[str, str]:
    number = {"number": "INV-7", "status": "Payment Pending", "duedate": "2026-12-01"}
    return {**number, "total": total, "balance": total}


def stated(version: int | None, *facts: str | None) -> Statement:
    return Statement(START, (Claim(7, "invoice", version, facts),))


@pytest.mark.parametrize(
    ("client", "statement", "versions"),
    [
        (ADA, stated(1, "INV-7", "payment_pending", "10.00", "2026-12-01", "10.00"), [(1,)]),
        (ADA, stated(None, None, None, None, None, "20.00"), [(2,)]),
        (ADA, stated(None, None, "payment_pending", None, None, None), [(1, 2)]),
        (ADA, Statement(START, (), listed=frozenset()), [(0, 3)]),
        (ADA, stated(1, "INV-7", "payment_pending", "20.00", "2026-12-01", "10.00"), None),
        (ADA, stated(4, "INV-7", None, "30.00", None, "0.00"), [(4,)]),
        (ADA, stated(1, "INV-7", None, "10.00", None, "0.00"), None),
        (ADA, stated(5, "INV-7", "payment_pending", "10.00", "2026-12-01", "10.00"), None),
        (BOB, stated(1, "INV-7", "payment_pending", "10.00", "2026-12-01", "10.00"), None),
    ],
    ids=[
        *("stamped", "by its amount", "fits several", "not listed", "a mixture"),
        *("nothing due on a closed one", "nothing due on an open one", "of the future", "somebody else's"),
    ],
)
def test_what_was_said_is_held_against_the_books(
    client: int, statement: Statement, versions: list[tuple[int, ...]] | None
) -> None:
    """Nothing passes that WHMCS never said of this client."""
    shown = truth().resolve(client, statement, START)
    assert bool(shown.untrue) is (versions is None)
    assert [value.candidates for value in shown.values] == (versions or [])


def test_an_untrue_statement_breaks_a_promise() -> None:
    """F0 looks at it."""
    told = Told(invoice()).read(5, row(1))
    told.history.shown = [shown._replace(untrue=("invoice 9 v1",)) for shown in told.history.shown]
    assert told.broken == {"F0 truth"}
