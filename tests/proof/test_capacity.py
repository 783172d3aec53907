"""The sums of docs/capacity.md, against the same visits lived by the real cache."""

import pytest

from proofs.capacity.__main__ import is_near, lived
from proofs.capacity.habits import Hour
from proofs.capacity.paper import calls_of_visit, demand


@pytest.mark.parametrize("addon", [False, True], ids=["without the addon", "with it"])
def test_a_visit_costs_what_the_paper_says(addon: bool) -> None:
    """WHMCS is called as often as was reckoned, in an hour in which most come at once."""
    hour = Hour("a mailing", customers=50_000, visits=400, gather=600)
    assert is_near(lived(hour, addon=addon), addon=addon)


def test_the_addon_spares_calls() -> None:
    assert calls_of_visit(addon=True) < calls_of_visit(addon=False)


def test_twice_the_customers_ask_twice_as_much() -> None:
    one, two = (demand(Hour("", customers, 0.01 * customers, 0)) for customers in (1000, 2000))
    assert [2 * figure for figure in one] == pytest.approx(list(two))
