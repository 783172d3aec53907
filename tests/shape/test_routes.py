"""Every route of the portal: what it takes to use it. The list is written down, so that a change is seen."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx2
import pytest

from counterfoil.app.build import build_portal
from counterfoil.settings import load
from tests.shape.sources import ROOT, text
from tests.stack import Stack, running_stack

SAFE = {"GET", "HEAD", "OPTIONS"}
SETTINGS = {
    "SECRET_KEY": "x" * 32,
    "WHMCS_URL": "https://billing.example.com",
    "WHMCS_IDENTIFIER": "x",
    "WHMCS_SECRET": "x",
}


class Route(NamedTuple):
    method: str
    path: str
    takes: str

    def filled(self) -> str:
        """The path with something in the place of each parameter."""
        return "/".join("1" if part.startswith("{") else part for part in self.path.split("/"))


def routes() -> list[Route]:
    app = build_portal(load({f"COUNTERFOIL_{name}": value for name, value in SETTINGS.items()}, ROOT / "tests"))
    found = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            methods = set(getattr(handler, "http_methods", {"GET"})) - {"OPTIONS", "HEAD"}
            found += [Route(method, route.path, takes(handler.opt)) for method in methods]
    return sorted(found, key=lambda route: (route.path, route.method))


def takes(options: dict[str, Any]) -> str:
    said = [name for name in ("public", "signed_in", "staff", "permission", "any_permission") if options.get(name)]
    assert len(said) == 1, (
        f"a route says exactly one of public, signed_in, staff, permission, any_permission: {options}"
    )
    return said[0] if said[0] in {"public", "signed_in", "staff"} else f"{said[0]} {options[said[0]]}"


ROUTES = routes()
CLOSED = [route for route in ROUTES if route.takes != "public"]
UNSAFE = [route for route in ROUTES if route.method not in SAFE]


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_routes_are_those_written_down() -> None:
    """tests/shape/routes.txt is the list; whoever adds a route says there what it takes."""
    assert [f"{route.method} {route.path} {route.takes}" for route in ROUTES] == text(
        "tests/shape/routes.txt"
    ).splitlines()


def test_every_page_that_writes_looks_for_whom() -> None:
    """A form of a page that was made for another person or client is refused by the guard, or the route says why it
    need not be.
    """
    app = build_portal(load({f"COUNTERFOIL_{name}": value for name, value in SETTINGS.items()}, ROOT / "tests"))
    handlers = {
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if set(handler.http_methods) - SAFE and not route.path.startswith(("/api/", "/webhooks/"))
    }
    for handler in handlers:
        said = (bool(handler.opt.get("same_account")), bool(handler.opt.get("any_account")))
        assert sorted(said) == [False, True], handler


FORM = re.compile(r'<form[^>]*?method="post" action="([^"]*)"(.*?)</form>', re.DOTALL)


def test_every_form_says_for_whom_it_was_made() -> None:
    """The macro stands in each form that writes, but in those whose route takes anybody's."""
    forms = [
        (path.name, action, body)
        for path in (ROOT / "src/counterfoil/web/templates").rglob("*.html")
        for action, body in FORM.findall(path.read_text())
    ]
    assert len(forms) > 12
    for name, action, body in forms:
        takes_anybody = action in {"/sign-in", "/sign-out", "/language", "/switch-account", "/staff/view/end"}
        assert ("begun()" in body) is not takes_anybody, (name, action)


def test_no_form_that_posts_into_a_new_tab_forgets_where_it_came_from() -> None:
    """With noopener WebKit calls the request cross-site, and Pay is refused in Safari. What WHMCS could do with an
    opener, the header Cross-Origin-Opener-Policy takes from it.
    """
    forms = [
        form
        for path in (ROOT / "src/counterfoil/web/templates").rglob("*.html")
        for form in re.findall(r'<form[^>]*?target="_blank"[^>]*>', path.read_text())
        if 'method="post"' in form
    ]
    assert len(forms) > 5
    assert [form for form in forms if 'rel="opener"' not in form] == []


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("routes")) as stack:
        yield stack


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_needs_sign_in(portal: Stack, route: Route) -> None:
    """Without a session: an API call is told so, a person is led to the sign-in page."""
    wanted = "application/json" if route.path.startswith("/api/") else "text/html"
    answer = httpx2.request(route.method, portal.url + route.filled(), headers={"Accept": wanted}, timeout=60)
    if wanted == "text/html":
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


OTHER_SITES = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", OTHER_SITES, ids=str)
@pytest.mark.parametrize("route", UNSAFE, ids=name_of)
def test_refuses_other_sites(portal: Stack, route: Route, headers: dict[str, str]) -> None:
    """An unsafe method that a browser sends from another site is refused before anything else is looked at."""
    sent = {"Accept": "application/json", **headers}
    answer = httpx2.request(route.method, portal.url + route.filled(), headers=sent, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")


def test_description_of_the_api_is_current(portal: Stack) -> None:
    """docs/openapi.json is what the portal says of itself; `make docs` writes it."""
    assert json.loads(text("docs/openapi.json")) == httpx2.get(f"{portal.url}/api/openapi.json", timeout=60).json()
