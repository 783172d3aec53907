"""The response cache: under a key that means one request only, and not more of them than a person asks for."""

import time

import httpx2
import pytest

from counterfoil.cache import rules
from counterfoil.web.http.responses import MOST_CACHED
from tests.stack import Stack


@pytest.fixture(scope="module")
def steady(ada: httpx2.Client) -> httpx2.Client:
    """Ada, when what was read for her is cached for the list's whole lifetime: the first reads after a start are not,
    and a page made of newer data is another page."""
    deadline = time.monotonic() + 60
    as_of, since = "", time.monotonic()
    while time.monotonic() - since < rules.PROBATION + 0.5:
        assert time.monotonic() < deadline
        if (seen := ada.get("/api/v1/invoices").raise_for_status().json()["as_of"]) != as_of:
            as_of, since = seen, time.monotonic()
        time.sleep(0.1)
    return ada


def test_an_encoded_question_mark_is_part_of_the_path(ada: httpx2.Client, portal: Stack) -> None:
    """`/invoices%3Fx` is another address than `/invoices?x?`, and there is nothing there."""
    assert ada.get("/invoices?x?").status_code == 200
    assert ada.get("/invoices%3Fx").status_code == 404
    assert "Traceback" not in portal.portal.output()


def test_one_person_cannot_fill_the_cache(ada: httpx2.Client, portal: Stack) -> None:
    """A query that is new each time is answered each time, but after a while it is cached no more."""
    assert _is_cached(ada, portal, "a person's")
    # Whenever the minute ends that is counted in, twice as many are too many; on a busy machine a minute may be short.
    for attempt in range(5):
        for number in range(2 * MOST_CACHED):
            params = {"page_size": 1, "n": f"{attempt}-{number}"}
            assert ada.get("/api/v1/invoices", params=params).status_code == 200
        if not _is_cached(ada, portal, f"a program's {attempt}"):
            return
    pytest.fail("every response is cached")


def test_a_head_is_answered_from_what_is_cached(steady: httpx2.Client, portal: Stack) -> None:
    """And has its line in the log, like every request."""
    for address in ("/api/v1/invoices", "/invoices"):
        page, head = (ask(address) for ask in (steady.get, steady.head))
        assert (head.status_code, head.headers["etag"]) == (200, page.headers["etag"])
        line = portal.logged_request(head.headers["x-request-id"])
        assert (line["method"], line["route"]) == ("HEAD", address)


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br, zstd", "br;q=1, GZIP;q=0.5"])
def test_a_page_is_sent_compressed(steady: httpx2.Client, accepted: str) -> None:
    """The first time and from the cache: the same bytes, under the same tag."""
    address = f"/invoices?q={accepted[:5]}{len(accepted)}"
    plain = steady.get(address, headers={"Accept-Encoding": "identity"})
    for _ in range(2):
        answer = steady.get(address, headers={"Accept-Encoding": accepted})
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) < len(plain.content) / 3
        assert (answer.text, answer.headers["etag"]) == (plain.text, plain.headers["etag"])
        assert "Accept-Encoding" in answer.headers["vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, br"])
def test_who_takes_no_gzip_gets_none(ada: httpx2.Client, accepted: str) -> None:
    for _ in range(2):
        answer = ada.get("/invoices", headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in answer.headers
        assert answer.text.rstrip().endswith("</html>")


def test_a_compressed_page_is_known_again(steady: httpx2.Client) -> None:
    """By its tag, weak or not, whichever way it came."""
    tag = steady.get("/invoices").headers["etag"]
    for named in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        for accepted in ("gzip", "identity"):
            answer = steady.get("/invoices", headers={"If-None-Match": named, "Accept-Encoding": accepted})
            assert (answer.status_code, answer.content) == (304, b"")


def _is_cached(visitor: httpx2.Client, portal: Stack, name: str) -> bool:
    """Whether a second request for it is answered from what the first one left."""
    misses = []
    for _ in range(2):
        assert visitor.get("/api/v1/invoices", params={"page_size": 1, "n": name}).status_code == 200
        misses.append(_misses(portal))
    return misses[0] == misses[1]


def _misses(portal: Stack) -> float:
    lines = httpx2.get(f"{portal.url}/metrics", timeout=60).text.splitlines()
    return next(
        float(line.split()[1]) for line in lines if line.startswith('counterfoil_cache_events_total{event="misses"')
    )
