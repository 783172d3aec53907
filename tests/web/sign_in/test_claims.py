"""What is taken from the claims of a provider, and which of its hosts are asked: rules without a provider."""

import pytest

from counterfoil.web.sign_in.openid.claims import email_of, has_claim
from counterfoil.web.sign_in.openid.discovery import is_allowed
from tests.web.settings import settings

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "hosts", "is_taken"),
    [
        ("https://id.example/token", "", True),
        ("https://ID.example:443/token", "", True),
        ("https://id.example:8443/token", "", False),
        ("http://id.example/token", "", False),
        ("https://id.example.evil.example/token", "", False),
        ("https://id.example@evil.example/token", "", False),
        ("https://evil.example\\@id.example/token", "", False),
        ("https://tokens.example/token", "id.example, tokens.example", True),
        ("https://tokens.example:8443/token", "tokens.example:8443", True),
        ("https://id.example/token", "tokens.example", False),
        ("ftp://id.example/token", "", False),
        ("https:///token", "", False),
        ("https://id.example:x/token", "", False),
    ],
)
def test_which_hosts_are_asked(url: str, hosts: str, *, is_taken: bool) -> None:
    """The issuer's own, or those that the operator named: exactly, and over TLS."""
    given = settings(oidc_issuer="https://id.example", oidc_client_id="x", oidc_allowed_hosts=hosts)
    assert is_allowed(url, given) is is_taken


def test_where_the_address_comes_from() -> None:
    """Address and "verified" come from one place: a verified one elsewhere does not vouch for this one."""
    verified = {"email": "a@example.com", "email_verified": True}
    assert email_of({"email": "b@example.com"}, verified, trusts_all=False) == ("b@example.com", False)
    assert email_of({}, verified, trusts_all=False) == ("a@example.com", True)
    assert email_of({"email": 7}, {}, trusts_all=True) == ("", False)
    assert email_of({"email": "b@example.com", "email_verified": False}, {}, trusts_all=True)[1] is False


@pytest.mark.parametrize(
    ("claims", "has"),
    [
        ({"role": "staff"}, True),
        ({"role": ["x", "staff"]}, True),
        ({"role": "staff2"}, False),
        ({"role": ["staffing", 7, None]}, False),
        ({"role": {"staff": True}}, False),
        ({}, False),
    ],
)
def test_a_claim_is_the_value_or_holds_it(claims: dict[str, object], *, has: bool) -> None:
    """Never a part of it."""
    assert has_claim(claims, "role", "staff") is has


def test_claims_within_claims() -> None:
    """As Keycloak writes roles; a claim whose own name has dots goes first."""
    assert has_claim({"realm_access": {"roles": ["staff"]}}, "realm_access.roles", "staff")
    assert has_claim({"https://x.example/role": "staff"}, "https://x.example/role", "staff")
    assert has_claim({"is_staff": True}, "is_staff", "true")
    assert not has_claim({"realm_access": "staff"}, "realm_access.roles", "staff")
