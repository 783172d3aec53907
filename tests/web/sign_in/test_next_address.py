"""Where signing in leads to: never to another host."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.web.sign_in.next_address import own_address, safe_next

PORTAL = "https://portal.example"


@pytest.mark.parametrize("address", ["/", "/invoices?view=paid&page=2", "/a//b", "/statement?from=&to=x"])
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


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/invoices?token=s3cret", "/invoices"),
        ("/invoices?view=paid&access_token=s3cret&page=2&s3cret", "/invoices?view=paid&page=2"),
        ("/invoices?to%6ben=s3cret#s3cret", "/invoices"),
        ("/invoices#access_token=s3cret", "/invoices"),
        ("/order?offer=1%3Amonthly&code=s3cret", "/order?offer=1%3Amonthly"),
    ],
)
def test_what_no_page_asks_for_is_left_behind(address: str, kept: str) -> None:
    """A token that was sent here by mistake is not handed on."""
    assert safe_next(address) == kept


def test_the_address_in_the_address_of_the_sign_in_page_is_treated_alike() -> None:
    """However often it is wrapped."""
    assert own_address("/sign-in?next=%2Finvoices%3Fview%3Dpaid%26token%3Ds3cret&lang=de") == (
        "/sign-in?next=/invoices%3Fview%3Dpaid"
    )
    assert "s3cret" not in own_address("/sign-in?next=%2Fsign-in%3Fnext%3D%2Finvoices%253Ftoken%253Ds3cret")


@given(st.text(st.sampled_from("/\\:?#@.%\t\r\n aevil"), max_size=20))
def test_whatever_is_typed_the_host_stays_ours(address: str) -> None:
    """As a browser joins it to the page it is on."""
    joined = urljoin(PORTAL + "/sign-in", safe_next(address))
    assert urlsplit(joined)[:2] == urlsplit(PORTAL)[:2]
