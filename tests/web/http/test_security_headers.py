"""What every answer tells browsers to refuse (security.md, Browser)."""

import httpx2
import pytest

from counterfoil.web.http.security_headers import security_headers
from tests.stack import Stack
from tests.web.settings import settings


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/api/v1/session", "/nothing", "/api/openapi.json", "/"])
def test_every_answer_carries_the_headers(anybody: httpx2.Client, portal: Stack, path: str) -> None:
    """Pages, the API and errors alike."""
    headers = anybody.get(path, headers={"Accept": "text/html"}).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
    assert policy["form-action"] == f"'self' {portal.sandbox.url}"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "public" not in headers["cache-control"]


def test_https_is_remembered_only_where_it_is() -> None:
    """HSTS from a loopback http portal would lock developers out of everything else on their machine."""
    plain = dict(security_headers(settings()))
    public = dict(security_headers(settings(base_url="https://portal.example")))
    assert b"strict-transport-security" not in plain
    assert public[b"strict-transport-security"].startswith(b"max-age=")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://brand.example/portal.css?v=2", "; style-src 'self' https://brand.example"),
        ("/brand/portal.css", ""),
        ("", ""),
    ],
)
def test_a_style_sheet_of_the_operators_is_let_in(given: str, said: str) -> None:
    """From its own host and no other; one on this host needs no word."""
    policy = dict(security_headers(settings(custom_css=given)))[b"content-security-policy"].decode()
    assert policy.partition("; style-src")[2] == said.partition("; style-src")[2]
    assert ("style-src" in policy) == bool(said)
