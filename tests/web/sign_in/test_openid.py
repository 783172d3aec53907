"""Signing in by an OpenID Connect provider, the whole way over HTTP, with everything that can be wrong on it."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests import openid
from tests.stack import Stack

SESSION = "counterfoil_session"


@pytest.fixture(scope="module")
def portal(portal_with_openid: Stack) -> Stack:
    return portal_with_openid


PROOF, SERVICE, BEGIN = "does not prove who you are", "did not answer as it should", "Please begin again"


def test_people_with_two_factor_get_in(visitor: httpx2.Client) -> None:
    """The provider asks for the second factor; the portal takes its word, and leads to the page asked for."""
    answer = openid.come_back(visitor, openid.TESS, "/invoices?view=paid")
    assert (answer.status_code, answer.headers["location"]) == (303, "/invoices?view=paid")
    said = visitor.get("/api/v1/session").json()
    assert (said["user"]["email"], said["client_id"], said["staff"]) == ("tess@example.com", 6, False)


def test_it_is_the_only_way_in(visitor: httpx2.Client) -> None:
    """No password is taken, and the page asks for none."""
    given = {"email": "ada@example.com", "password": "demo-password-1"}
    answer = visitor.post("/api/v1/session", json=given)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert visitor.post("/sign-in", data=given).status_code == 404
    page = visitor.get("/sign-in?next=/profile").text
    assert "Sign in with Northwind ID" in page
    assert 'href="/sign-in/start?next=/profile"' in page
    assert "password" not in page


def test_each_sign_in_has_secrets_of_its_own(portal: Stack, visitor: httpx2.Client) -> None:
    """State, nonce and PKCE, every time others; and nothing of them can be read from the browser's cookie."""
    first, second = (parse_qs(urlsplit(openid.set_out(visitor)).query) for _ in range(2))
    for query in (first, second):
        assert query["response_type"] == ["code"]
        assert query["code_challenge_method"] == ["S256"]
        assert query["redirect_uri"] == [f"{portal.url}/sign-in/callback"]
        assert "openid" in query["scope"][0].split()
    cookie = visitor.cookies["counterfoil_sign_in"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(second[name][0]) == 43
        assert second[name][0] not in cookie


@pytest.mark.parametrize(
    "kind",
    [
        *("missing-nonce", "wrong-nonce", "wrong-audience", "several-audiences", "wrong-party", "wrong-issuer"),
        *("expired", "from-the-future", "no-sub", "empty-sub", "number-sub", "no-exp", "no-iat", "bad-signature"),
        *("unknown-key", "hs256", "alg-none", "no-id-token", "number-id-token", "garbage-id-token", "wrong-at-hash"),
        *("other-userinfo-sub", "no-userinfo-sub", "other-iss"),
    ],
)
def test_what_proves_nothing_opens_nothing(portal: Stack, visitor: httpx2.Client, kind: str) -> None:
    """Each lie is a page that says so, and the log says which it was."""
    openid.behave(portal.sandbox, kind)
    answer = openid.come_back(visitor, openid.ADA)
    openid.refused(answer, PROOF, 403)
    said = [line for line in portal.logged() if line.get("request_id") == answer.headers["x-request-id"]]
    assert [line["reason"] for line in said if line["event"] == "sign-in not proven"], said


@pytest.mark.parametrize("where", ["token", "userinfo"])
@pytest.mark.parametrize("kind", ["down", "html", "list", "endless", "huge", "packed", "redirect"])
def test_a_provider_that_does_not_do_its_part_is_a_page(
    portal: Stack, visitor: httpx2.Client, kind: str, where: str
) -> None:
    """Off, no JSON, too much of it, or sent to somewhere else: nothing is followed, nothing waited for without end."""
    openid.behave(portal.sandbox, kind, where=where)
    answer = openid.come_back(visitor, openid.ADA)
    openid.refused(answer, SERVICE, 503)
    assert answer.headers["retry-after"]


def test_a_provider_that_is_slow_is_a_page(portal: Stack, visitor: httpx2.Client) -> None:
    """After seconds, and not after the provider's minute."""
    openid.behave(portal.sandbox, "slow", where="token", seconds=60)
    openid.refused(openid.come_back(visitor, openid.ADA), SERVICE, 503)


@pytest.mark.parametrize("kind", ["refuses-client", "error-back", "no-code-back"])
def test_a_provider_that_does_not_know_the_portal_is_a_page(portal: Stack, visitor: httpx2.Client, kind: str) -> None:
    """Nothing that the person could mend."""
    openid.behave(portal.sandbox, kind)
    openid.refused(openid.come_back(visitor, openid.ADA), SERVICE, 503)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_algorithms(portal: Stack, visitor: httpx2.Client, algorithm: str) -> None:
    """Those of the list that the provider offers. Its metadata is believed for minutes, so only what it said counts."""
    openid.behave(portal.sandbox, algorithm=algorithm)
    answer = openid.come_back(visitor, openid.ADA)
    assert answer.status_code == (303 if algorithm == "RS256" else 403)


@pytest.mark.parametrize(("kind", "is_in"), [("says-verified", True), ("silent-about-email", True), ("", True)])
def test_addresses_of_whmcs_itself(portal: Stack, visitor: httpx2.Client, kind: str, *, is_in: bool) -> None:
    """By which WHMCS itself lets people in, whether or not it calls them verified."""
    openid.behave(portal.sandbox, kind)
    assert openid.come_back(visitor, openid.ADA).status_code == (303 if is_in else 403)


@pytest.mark.parametrize("kind", ["unverified-email", "no-email"])
def test_an_address_that_is_not_confirmed_opens_nothing(portal: Stack, visitor: httpx2.Client, kind: str) -> None:
    """Of somebody who was never here; who is known is known by the subject."""
    openid.behave(portal.sandbox, kind, person={"sub": f"new-{kind}", "email": "bob@example.com"})
    openid.refused(openid.come_back(visitor, openid.BOB), "has not confirmed your e-mail address", 403)


def test_who_has_no_billing_account_is_told_so(portal: Stack, visitor: httpx2.Client) -> None:
    """They have proven who they are, so it gives nothing away."""
    openid.behave(portal.sandbox, person={"sub": "stranger", "email": "ada@example.co"})
    openid.refused(openid.come_back(visitor, openid.ADA), "No billing account belongs to the e-mail address", 403)


def test_staff_by_a_claim(portal: Stack, visitor: httpx2.Client) -> None:
    """They need no account at WHMCS; the claim may be a list within another claim."""
    person = {"sub": "staff", "email": "staff@operator.example"}
    openid.behave(portal.sandbox, person=person, claims={"realm": {"groups": ["billing", "x"]}})
    assert openid.come_back(visitor, openid.ADA).status_code == 303
    assert visitor.get("/api/v1/session").json()["staff"] is True
    assert visitor.get("/staff").status_code == 200
    openid.behave(portal.sandbox, person=person, claims={"realm": {"groups": ["billing-guests"]}})
    with portal.visitor() as again:
        openid.refused(openid.come_back(again, openid.ADA), "No billing account", 403)


def test_a_session_is_always_a_new_one(visitor: httpx2.Client) -> None:
    """A planted cookie is replaced, and the session that this browser had ends."""
    openid.come_back(visitor, openid.ADA)
    before = visitor.cookies[SESSION]
    openid.come_back(visitor, openid.BOB)
    assert visitor.cookies[SESSION] != before
    old = httpx2.get(
        f"{visitor.base_url}/api/v1/session".replace("//api", "/api"),
        headers={"cookie": f"{SESSION}={before}"},
        timeout=60,
    )
    assert old.status_code == 401


def test_signing_out_leads_past_the_provider(portal: Stack, visitor: httpx2.Client) -> None:
    """Its session ends as well, and the person comes back to the page that says so."""
    openid.come_back(visitor, openid.ADA)
    cookie = visitor.cookies[SESSION]
    left = visitor.post("/sign-out")
    address = urlsplit(left.headers["location"])
    assert f"{address.scheme}://{address.netloc}" == portal.sandbox.url
    assert f"form-action 'self' {portal.sandbox.url}" in left.headers["content-security-policy"]
    back = httpx2.get(left.headers["location"], timeout=60).headers["location"]
    assert "You are signed out." in visitor.get(back).text
    with portal.visitor() as copy:
        copy.cookies.set(SESSION, cookie)
        assert copy.get("/api/v1/session").status_code == 401


def test_proving_it_again(portal: Stack, visitor: httpx2.Client) -> None:
    """Whoever is signed in already can be asked once more who they are."""
    openid.come_back(visitor, openid.ADA)
    answer = visitor.get("/sign-in/start?again=1&next=/profile")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])


@pytest.mark.parametrize("kind", ["no-auth-time", "old-auth-time"])
def test_who_does_not_prove_it_again_has_not(portal: Stack, visitor: httpx2.Client, kind: str) -> None:
    """A provider that lets them through by what it knew before, or does not say, is not believed: whoever sits at an
    open browser could do the same.
    """
    openid.behave(portal.sandbox, kind)
    back = openid.choose(openid.set_out(visitor, "/profile", again="1"), openid.ADA)
    openid.refused(visitor.get(back), PROOF, 403)
    openid.behave(portal.sandbox, "old-auth-time")
    assert openid.come_back(visitor, openid.ADA).status_code == 303, "nobody asked for a new proof"


def test_a_sign_in_is_not_yet_a_proof_of_now(portal: Stack, visitor: httpx2.Client) -> None:
    """The provider may have known them since the morning: what needs a fresh sign-in is refused until they have proven
    it again.
    """
    openid.come_back(visitor, openid.CHIDI)
    patch = {"email": "chidi@example.com", "city": "Lagos"}
    answer = visitor.patch("/api/v1/profile", json={**patch, "email": "chidi.new@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (403, "fresh_sign_in_required")
    visitor.get(openid.choose(openid.set_out(visitor, "/profile", again="1"), openid.CHIDI))
    assert visitor.patch("/api/v1/profile", json={"email": "chidi.new@example.com"}).status_code == 200
    assert visitor.patch("/api/v1/profile", json={"email": "chidi@example.com"}).status_code in {200, 401}


def test_other_keys_are_found_at_once(portal: Stack, visitor: httpx2.Client) -> None:
    """A provider may change its keys at any time: an unknown one makes the portal look again, after seconds."""
    assert openid.come_back(visitor, openid.ADA).status_code == 303
    portal.sandbox.control("POST", "openid/keys")
    deadline = time.monotonic() + 60
    while openid.come_back(visitor, openid.ADA).status_code != 303:
        assert time.monotonic() < deadline, "the new keys were not read"
        time.sleep(1)


def test_nothing_of_it_is_logged(portal: Stack, visitor: httpx2.Client) -> None:
    """No code, no state, no address, no secret."""
    address = openid.choose(openid.set_out(visitor), openid.CHIDI)
    assert visitor.get(address).status_code == 303
    query = parse_qs(urlsplit(address).query)
    written = portal.portal.output()
    for secret in (
        query["code"][0],
        query["state"][0],
        openid.asked(portal.sandbox)["nonce"],
        visitor.cookies[SESSION],
    ):
        assert secret not in written
    assert "sandbox-client-secret" not in written
    assert "chidi@example.com" not in written
