"""`FEATURES`: what is switched off is nowhere: no route, no way to it, nothing in API and console."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from counterfoil.app.build import build_portal
from counterfoil.settings.features import EVERY_FEATURE, Feature
from tests.shape.sources import ROOT
from tests.shape.test_routes import ROUTES, SAFE, Route
from tests.stack import Stack, running_stack
from tests.web.settings import settings

PAGE = {"accept": "text/html"}
ADA, NORA = "ada@example.com", "nora@example.com"

ADDRESSES = {
    Feature.CONTACTS: r"/contacts\b",
    Feature.CREDIT: r"/(credits?|apply-credit)\b",
    Feature.ORDERS: r"/(orders?|products)\b",
    Feature.QUOTES: r"/quotes\b",
    Feature.STATEMENT: r"/statement\b",
    Feature.SUBSCRIPTIONS: r"/subscriptions\b",
    Feature.TOKENS: r"/tokens\b",
    Feature.TRANSACTIONS: r"/transactions\b",
}
"""Of everything that belongs to one."""


def addresses(features: frozenset[Feature]) -> set[str]:
    app = build_portal(settings(features=",".join(features) or "none"))
    return {route.path for route in app.routes}


@pytest.mark.parametrize("feature", Feature)
def test_a_feature_that_is_switched_off_has_no_address(feature: Feature) -> None:
    """Exactly its own addresses are gone, whatever their method."""
    there, without = {route.path for route in ROUTES}, addresses(EVERY_FEATURE - {feature})
    gone = {path for path in there if re.search(ADDRESSES[feature], path)}
    assert gone
    assert there - without == gone


def test_the_document_names_every_feature() -> None:
    section = (ROOT / "docs/settings.md").read_text(encoding="utf-8").partition("### `FEATURES`")[2].partition("###")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(Feature)


@pytest.fixture(scope="module")
def token_and_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Stack]]:
    """A portal with none of them, and a token from the days when it had them all."""
    with running_stack(tmp_path_factory.mktemp("portal")) as stack:
        stack.command("staff", "grant", NORA)
        with stack.visitor(ADA) as ada:
            day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
            wanted = {"name": "One", "scope": "read", "client_id": 1, "expires_on": day}
            token = ada.post("/api/v1/tokens", json=wanted).json()["token"]
        stack.portal.stop()
        stack.environment["COUNTERFOIL_FEATURES"] = "none"
        stack.start()
        yield token, stack


@pytest.fixture
def token(token_and_portal: tuple[str, Stack]) -> str:
    return token_and_portal[0]


@pytest.fixture(scope="module")
def bare(token_and_portal: tuple[str, Stack]) -> Stack:
    return token_and_portal[1]


@pytest.fixture(scope="module")
def ada(bare: Stack) -> Iterator[httpx2.Client]:
    with bare.visitor(ADA) as client:
        yield client


GONE = [route for route in ROUTES if any(re.search(pattern, route.path) for pattern in ADDRESSES.values())]


def plain(answer: httpx2.Response) -> str:
    """Without what differs from one request to the next."""
    return re.sub(r"[0-9a-f]{20}|/nothing[^ \"<]*", "", answer.text)


@pytest.mark.parametrize("route", GONE, ids=lambda route: f"{route.method} {route.path}")
def test_it_answers_as_an_unknown_address_does(ada: httpx2.Client, route: Route) -> None:
    """Word for word."""
    headers = {} if route.path.startswith("/api/") else PAGE
    unknown = "/api/v1/nothing" if route.path.startswith("/api/") else "/nothing"
    answer, nothing = (ada.request(route.method, path, headers=headers) for path in (route.filled(), unknown))
    assert (answer.status_code, plain(answer).replace(route.filled(), "")) == (404, plain(nothing))
    if route.method not in SAFE:
        assert ada.options(route.filled()).status_code == 404


def test_no_page_leads_there(bare: Stack, ada: httpx2.Client) -> None:
    """Neither menus nor tabs nor links in pages, the console's included."""
    pages = [ada.get(path, headers=PAGE) for path in ("/", "/invoices?year=2026", "/payment-methods", "/profile")]
    with bare.visitor(NORA) as nora:
        found = nora.get("/staff", params={"q": "1"}, headers=PAGE)
        console = [nora.get(path, headers=PAGE) for path in ("/staff", "/staff/clients/1")] + [found]
    for page in [*pages, *console]:
        assert page.status_code == 200, page.url
        links = re.findall(r'(?:href|action)="([^"]*)"', page.text)
        assert links
        assert [link for link in links if any(re.search(each, link) for each in ADDRESSES.values())] == []
    assert [page.url for page in console if "Orders" in page.text] == []
    assert "order" not in pages[2].text.partition("<main")[2].partition("</main")[0].lower()


def test_its_description_knows_nothing_of_it(bare: Stack, ada: httpx2.Client) -> None:
    """OpenAPI, and the page made of it. What has nothing to do with features stays, with an example."""
    described = ada.get("/api/openapi.json").json()
    referred = set(re.findall(r"#/components/examples/(\w+)", json.dumps(described["paths"])))
    assert referred | {"method_not_allowed", "token_invalid"} <= described["components"]["examples"].keys()
    assert "/api/v1/invoices" in described["paths"]
    texts = [*described["paths"], *described["components"]["schemas"], *described["components"]["examples"]]
    assert [text for text in texts if re.search(r"(?i)order|quote|contact|statement|credit|transaction", text)] == []
    assert set(described["components"]["securitySchemes"]) == {"session"}
    assert all(
        {"token": []} not in each.get("security", ()) for each in described["paths"]["/api/v1/invoices"].values()
    )
    page = ada.get("/api/docs", headers=PAGE).text
    assert set(re.findall(r'<dt id="(\w+)"', page)) == described["components"]["examples"].keys()
    assert [path for path in re.findall(r"/api/v1/[\w-]+", page) if re.search("|".join(ADDRESSES.values()), path)] == []


def test_programs_are_not_let_in_without_tokens(bare: Stack, token: str) -> None:
    """One that was made while there were tokens opens nothing."""
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx2.get(f"{bare.url}/api/v1/invoices", headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
