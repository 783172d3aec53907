"""What the portal makes of a provider, without a portal around it: its metadata, its keys, its algorithms."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from counterfoil.accounts.vouching import IdentityNotProven, ProviderUnavailable, Vouched
from counterfoil.web.sign_in.openid.provider import OpenIdProvider
from tests import openid
from tests.processes import free_port
from tests.stack import Sandbox, openid_settings
from tests.web.settings import settings

pytestmark = pytest.mark.anyio
SECRETS = ("state" * 9, "nonce" * 9, "verifier" * 6)


@pytest.fixture(scope="module")
def whmcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("whmcs"))
    try:
        sandbox.start()
        yield sandbox
    finally:
        sandbox.child.stop()


@asynccontextmanager
async def provider(whmcs: Sandbox, **changes: str) -> AsyncIterator[OpenIdProvider]:
    own = {"whmcs_url": whmcs.url, **openid_settings(whmcs.url), **changes}
    opened = OpenIdProvider(settings(**own))
    try:
        yield opened
    finally:
        await opened.close()


async def signed_in(opened: OpenIdProvider) -> Vouched:
    state, nonce, verifier = SECRETS
    address = await opened.authorization_url(state, nonce, verifier)
    back = await asyncio.to_thread(openid.choose, address, openid.ADA)
    return await opened.identify(parse_qs(urlsplit(back).query)["code"][0], nonce, verifier, "")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_every_algorithm_of_the_list(whmcs: Sandbox, algorithm: str) -> None:
    """Public keys only."""
    openid.behave(whmcs, algorithm=algorithm)
    async with provider(whmcs) as opened:
        said = await signed_in(opened)
    assert (said.issuer, said.subject, said.email, said.name) == (
        *(whmcs.url, "user-1", "ada@example.com", "Ada Lovelace"),
    )


@pytest.mark.parametrize("kind", ["other-issuer", "endpoint-elsewhere", "no-code-flow", "only-hs256"])
async def test_a_provider_that_is_another_is_not_taken(whmcs: Sandbox, kind: str) -> None:
    """Metadata of another issuer, endpoints on another host, nothing that could be proven: nobody is sent there."""
    openid.behave(whmcs, kind)
    async with provider(whmcs) as opened:
        with pytest.raises(ProviderUnavailable):
            await opened.authorization_url(*SECRETS)


@pytest.mark.parametrize("where", ["metadata", "keys"])
@pytest.mark.parametrize("kind", ["down", "html", "list", "huge", "endless", "redirect", "packed"])
async def test_metadata_that_does_not_come(whmcs: Sandbox, kind: str, where: str) -> None:
    """Nor keys: nobody is sent out who could not be taken back."""
    openid.behave(whmcs, kind, where=where)
    async with provider(whmcs) as opened:
        with pytest.raises(ProviderUnavailable):
            await opened.authorization_url(*SECRETS)


@pytest.mark.parametrize("issuer", ["{}/", "http://localhost:1", "http://127.0.0.1:1/oauth"])
async def test_the_issuer_is_compared_letter_for_letter(whmcs: Sandbox, issuer: str) -> None:
    """A slash makes another one."""
    openid.behave(whmcs)
    async with provider(whmcs, oidc_issuer=issuer.format(whmcs.url)) as opened:
        with pytest.raises(ProviderUnavailable, match="issuer"):
            await opened.authorization_url(*SECRETS)


async def test_a_provider_that_is_off_fails_everybody_at_once(whmcs: Sandbox) -> None:
    """Fifty who wait do not each wait for it anew, and a moment later it is asked again."""
    url = f"http://127.0.0.1:{free_port()}"
    async with provider(whmcs, **openid_settings(url)) as opened:
        began = time.monotonic()
        together = [opened.authorization_url(*SECRETS) for _ in range(50)]
        failed = await asyncio.gather(*together, return_exceptions=True)
        assert {type(each) for each in failed} == {ProviderUnavailable}
        assert time.monotonic() - began < 60


async def test_metadata_is_read_once_for_all(whmcs: Sandbox) -> None:
    """And kept: a provider that fails later still sends nobody away."""
    openid.behave(whmcs)
    async with provider(whmcs) as opened:
        await asyncio.gather(*(opened.authorization_url(*SECRETS) for _ in range(20)))
        openid.behave(whmcs, "down", where="metadata")
        await opened.authorization_url(*SECRETS)


async def test_the_nonce_may_be_missing_where_the_operator_says_so(whmcs: Sandbox) -> None:
    """As some versions of WHMCS leave it out; a wrong one is refused all the same."""
    openid.behave(whmcs, "missing-nonce")
    async with provider(whmcs, oidc_require_nonce="false") as opened:
        assert (await signed_in(opened)).subject == "user-1"
        openid.behave(whmcs, "wrong-nonce")
        with pytest.raises(IdentityNotProven):
            await signed_in(opened)


async def test_when_somebody_proved_it(whmcs: Sandbox) -> None:
    """Sent anew, they must have done so since, on whichever clock within two minutes; where the operator says so the
    time may be missing, and a wrong one is refused all the same.
    """
    now = time.time()
    for claims, is_taken in (
        ({}, True),
        ({"auth_time": now - 100}, True),
        ({"auth_time": now - 130}, False),
        ({"auth_time": now + 600}, False),
        ({"auth_time": str(now)}, False),
        ({"auth_time": True}, False),
        ({"auth_time": 10**400}, False),
    ):
        openid.behave(whmcs, claims=claims)
        async with provider(whmcs) as opened:
            assert (await proven(opened, now)) is is_taken, claims
    async with provider(whmcs, oidc_require_auth_time="false") as opened:
        openid.behave(whmcs, "no-auth-time")
        assert await proven(opened, now)
        openid.behave(whmcs, "old-auth-time")
        assert not await proven(opened, now)


async def proven(opened: OpenIdProvider, since: float) -> bool:
    """Whether Ada comes back with a proof of `since` or later."""
    state, nonce, verifier = SECRETS
    address = await opened.authorization_url(state, nonce, verifier, afresh=True)
    back = await asyncio.to_thread(openid.choose, address, openid.ADA)
    code = parse_qs(urlsplit(back).query)["code"][0]
    try:
        said = await opened.identify(code, nonce, verifier, "", proof_since=since)
    except IdentityNotProven:
        return False
    return said.proven_at is not None and said.proven_at >= since - 120


async def test_a_secret_in_the_form_where_the_provider_wants_it(whmcs: Sandbox) -> None:
    """Basic is for the others."""
    openid.behave(whmcs, "post-only")
    async with provider(whmcs) as opened:
        assert (await signed_in(opened)).subject == "user-1"


async def test_the_code_is_of_no_use_without_the_verifier(whmcs: Sandbox) -> None:
    """PKCE: who steals the way back has half of it."""
    openid.behave(whmcs)
    async with provider(whmcs) as opened:
        _, nonce, verifier = SECRETS
        back = await asyncio.to_thread(openid.choose, await opened.authorization_url(*SECRETS), openid.ADA)
        with pytest.raises(IdentityNotProven):
            await opened.identify(parse_qs(urlsplit(back).query)["code"][0], nonce, "x" + verifier, "")


async def test_an_unverified_address_is_no_address(whmcs: Sandbox) -> None:
    """Of a provider that is not WHMCS, one of which nothing is said as well."""
    elsewhere = {
        "oidc_discovery_url": f"{whmcs.url}/.well-known/openid-configuration",
        "whmcs_url": "http://127.0.0.1:1",
    }
    for kind, email in (("unverified-email", ""), ("silent-about-email", ""), ("", "ada@example.com")):
        openid.behave(whmcs, kind)
        async with provider(whmcs, **elsewhere) as opened:
            assert (await signed_in(opened)).email == email


async def test_the_sandbox_is_not_taken_off_loopback(whmcs: Sandbox) -> None:
    """It lets anybody in as anybody."""
    openid.behave(whmcs)
    off = settings(whmcs_url=whmcs.url, **openid_settings(whmcs.url))
    object.__setattr__(off, "base_url", "https://portal.example")
    opened = OpenIdProvider(off)
    try:
        with pytest.raises(ProviderUnavailable, match="sandbox"):
            await opened.authorization_url(*SECRETS)
    finally:
        await opened.close()
