"""Where signing in leads to: never to another host."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.web.sign_in.next_address import safe_next

PORTAL = "https://portal.example"


@pytest.mark.parametrize("address", ["/", "/invoices?view=paid&page=2", "/invoices/7", "/a//b", "/invoices#top"])
def test_own_addresses_pass(address: str) -> None:
    """People come back to the page that they asked for."""
    assert safe_next(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example",
        "invoices",
        "/\t/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/invoices\\..\\x",
        "/ä",
        "/sign-in?next=/sign-in",
        "/" + "a" * 3000,
    ],
)
def test_anything_else_is_the_home_page(address: str) -> None:
    """Backslashes, doubled slashes, control characters, other schemes."""
    assert safe_next(address) == "/"


@given(st.text(st.sampled_from("/\\:?#@.%\t\r\n aevil"), max_size=20))
def test_whatever_is_typed_the_host_stays_ours(address: str) -> None:
    """As a browser joins it to the page it is on."""
    joined = urljoin(PORTAL + "/sign-in", safe_next(address))
    assert urlsplit(joined)[:2] == urlsplit(PORTAL)[:2]
