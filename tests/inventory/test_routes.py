"""docs/routes.md, the inventory of every route and what it says to whom, against the running portal."""

import pytest

from tests.inventory.callers import CALLERS
from tests.inventory.document import written
from tests.inventory.observed import observe
from tests.inventory.requests import BODIES, LEAVING
from tests.shape.test_routes import ROUTES, SAFE, name_of
from tests.stack import Stack

CLOSED = {name_of(route): route for route in ROUTES if route.takes != "public"}
ASKS_NOW = {"GET /staff/clients/{client_id:str}/now", "GET /staff/people"}
"""What the console says is so in WHMCS at this moment."""

IN_A_VIEW = {"POST /staff/clients/{client_id:str}/view", "POST /staff/view/end"}
"""Staff who look at somebody may stop, or look at somebody else."""


def test_every_route_has_a_row() -> None:
    """`make routes` writes the row of a new route, and a person judges it before it is let in."""
    assert set(written()) == {name_of(route) for route in ROUTES}
    assert set(BODIES) | set(LEAVING) <= set(written())


def test_no_row_surprises() -> None:
    """What docs/security.md promises, over the whole table: what is closed is closed to strangers; the console is for
    staff; who lacks the right gets nothing that takes one; a program with a token for reading changes nothing, nor do
    staff who look at somebody; a refusal and a warm read call WHMCS for nothing.
    """
    for name, cells in written().items():
        if route := CLOSED.get(name):
            api, console = route.path.startswith("/api/"), route.takes == "staff"
            out = "401 problem not_signed_in" if api else "303 to /sign-in"
            assert cells["signed out"] == out, name
            assert api or cells["token, read"] == cells["token, pay"] == out, name
            customers = [cells[each] for each in ("owner", "invited, with the right", "other client")]
            assert not console or {*customers, cells["invited, without"]} == {"403 html"}, name
            assert "permission" not in route.takes or cells["invited, without"].startswith("403 "), name
            if api and route.method not in SAFE:
                assert cells["token, read"] == "403 problem permission_denied", name
            if route.method not in SAFE and name not in IN_A_VIEW:
                assert cells["staff, viewing"] in {"403 html", "403 problem read_only_view"}, name
        refused = [cell for cell in cells.values() if cell.startswith(("401", "403")) or "to /sign-in" in cell]
        quiet = cells.values() if name.startswith("GET ") and name not in ASKS_NOW else refused
        assert [cell for cell in quiet if ":" in cell] == [], name


@pytest.mark.timeout(600)
def test_the_inventory_is_true(stack: Stack) -> None:
    """Status, kind of body and calls to WHMCS, of every route for everybody, on both stacks."""
    seen, said = observe(stack), written()
    wrong = [
        f"{route}, {caller.heading}: {seen[route][caller.heading]}, not {said[route][caller.heading]}"
        for route in said
        for caller in CALLERS
        if seen[route][caller.heading] != said[route][caller.heading]
    ]
    assert wrong == []
