"""The short form of `make prove-hold`."""

import pytest

from proofs.hold.__main__ import replay
from proofs.hold.stage import table


@pytest.mark.timeout(900)
def test_nothing_that_strangers_do_stops_it() -> None:
    """Every attack on two running portals, alone and through nginx, and what honest readers notice of it. Whatever is
    promised within a time may take thirty times as long here, since other tests run beside it.
    """
    rows = replay(seconds=1.0, patience=30)
    assert all(row.ok for row in rows), "\n".join(table(rows))
