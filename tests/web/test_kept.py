"""Answers kept ready: kept under a name that means one request only, and not more of them than a person asks for."""

import httpx2

from counterfoil.web.kept import MOST_KEPT
from tests.stack import Stack


def test_an_encoded_question_mark_is_part_of_the_path(ada: httpx2.Client, portal: Stack) -> None:
    """`/invoices%3Fx` is another address than `/invoices?x?`, and there is nothing there."""
    assert ada.get("/invoices?x?").status_code == 200
    assert ada.get("/invoices%3Fx").status_code == 404
    assert "Traceback" not in portal.portal.output()


def test_one_person_cannot_fill_the_cache(ada: httpx2.Client, portal: Stack) -> None:
    """A query that is new each time is answered each time, but after a while it is kept no more."""
    assert _is_kept(ada, portal, "a person's")
    # Whenever the minute ends that is counted in, twice as many are too many.
    for number in range(2 * MOST_KEPT):
        assert ada.get("/api/v1/invoices", params={"page_size": 1, "n": number}).status_code == 200
    assert not _is_kept(ada, portal, "a program's")


def test_a_head_is_answered_from_what_is_kept(ada: httpx2.Client, portal: Stack) -> None:
    """And has its line in the log, like every request."""
    for address in ("/api/v1/invoices", "/invoices"):
        page, head = (ask(address) for ask in (ada.get, ada.head))
        assert (head.status_code, head.headers["etag"]) == (200, page.headers["etag"])
        line = portal.logged_request(head.headers["x-request-id"])
        assert (line["method"], line["route"]) == ("HEAD", address)


def _is_kept(visitor: httpx2.Client, portal: Stack, name: str) -> bool:
    """Whether a second request for it is answered from what the first one left."""
    misses = []
    for _ in range(2):
        assert visitor.get("/api/v1/invoices", params={"page_size": 1, "n": name}).status_code == 200
        misses.append(_misses(portal))
    return misses[0] == misses[1]


def _misses(portal: Stack) -> float:
    lines = httpx2.get(f"{portal.url}/metrics").text.splitlines()
    return next(
        float(line.split()[1]) for line in lines if line.startswith('counterfoil_cache_events_total{event="misses"')
    )
