"""How often somebody may try: counted in this process, or in Redis for all of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from counterfoil.app.limits import open_limits
from counterfoil.errors import BillingUnavailable, RateLimited, SignInFailed
from counterfoil.web.http.limits import TABLE, Limits
from tests.clusters import Nodes, running_cluster
from tests.servers import RedisServer
from tests.stack import Stack

pytestmark = pytest.mark.anyio

BY_USER = ("sign_in_user", "ada@example.com")
BY_ADDRESS = ("sign_in_address", "192.0.2.1")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Nodes]:
    with running_cluster() as nodes:
        yield nodes


@pytest.fixture(params=["memory", "redis", "cluster"])
async def limits(request: pytest.FixtureRequest, patient_with_redis: None) -> AsyncIterator[Limits]:
    url = "memory://"
    if request.param == "redis":
        url = request.getfixturevalue("redis_server").url
    elif request.param == "cluster":
        nodes: Nodes = request.getfixturevalue("cluster")
        nodes.flush()
        url = nodes.url
    opened = open_limits(url)
    await opened.start()
    yield opened
    await opened.close()


async def _fail(limits: Limits, *counted: tuple[str, str]) -> None:
    with pytest.raises(SignInFailed):
        async with limits.failures(*counted):
            raise SignInFailed


async def test_ten_wrong_passwords_for_one_address_in_15_minutes(limits: Limits) -> None:
    """The eleventh try is not even looked at, and is told how long to wait; others are not touched."""
    for _ in range(10):
        await _fail(limits, BY_USER)
    with pytest.raises(RateLimited) as refused:
        async with limits.failures(BY_USER):
            raise AssertionError("must not be tried")
    assert 1 <= refused.value.retry_after <= 15 * 60 + 1
    await _fail(limits, ("sign_in_user", "bob@example.com"))


async def test_fifty_wrong_passwords_from_one_place(limits: Limits) -> None:
    """Whoever's they are."""
    for number in range(50):
        await _fail(limits, ("sign_in_user", f"user{number}@example.com"), BY_ADDRESS)
    with pytest.raises(RateLimited):
        async with limits.failures(("sign_in_user", "another@example.com"), BY_ADDRESS):
            raise AssertionError("must not be tried")


async def test_only_failures_count(limits: Limits) -> None:
    """An office behind one address signs in as often as it likes, and an outage of WHMCS locks nobody out."""
    for _ in range(60):
        async with limits.failures(BY_USER, BY_ADDRESS):
            pass
        with pytest.raises(BillingUnavailable):
            async with limits.failures(BY_USER, BY_ADDRESS):
                raise BillingUnavailable
    await _fail(limits, BY_USER, BY_ADDRESS)


@pytest.mark.parametrize("counted", [[BY_USER], [BY_USER, BY_ADDRESS]], ids=["user", "user and address"])
async def test_guesses_sent_at_once_are_no_way_around(limits: Limits, counted: list[tuple[str, str]]) -> None:
    """Of a hundred guesses at the same moment ten are tried."""
    tried = 0

    async def guess() -> None:
        nonlocal tried
        async with limits.failures(*counted):
            tried += 1
            await asyncio.sleep(0.2)
            raise SignInFailed

    await asyncio.gather(*(guess() for _ in range(100)), return_exceptions=True)
    assert tried == 10


async def test_one_household_is_one_address(limits: Limits) -> None:
    """It has a whole /64 of IPv6 addresses."""
    for number in range(50):
        await _fail(limits, ("sign_in_address", f"2001:db8::{number:x}"))
    with pytest.raises(RateLimited):
        await limits.hit("sign_in_address", "2001:db8::ffff:ffff:ffff:ffff")
    await limits.hit("sign_in_address", "2001:db8:0:1::1")


async def test_a_whole_network_is_no_way_around(limits: Limits) -> None:
    """200 guesses from as many networks within one /48: not even 150 of them are looked at, and no other is hit."""
    tried = 0
    for number in range(200):
        with suppress(RateLimited):
            await _fail(limits, ("sign_in_address", f"2001:db8:0:{number * 256:x}::1"))
            tried += 1
    assert tried == 3 * TABLE["sign_in_address"].times
    await _fail(limits, ("sign_in_address", "2001:db8:1::1"))


async def test_a_company_signs_in_from_one_network(limits: Limits) -> None:
    """Only failures count, and one person's do not shut out the others."""
    for number in range(50):
        await _fail(limits, ("sign_in_address", f"2001:db8::{number:x}"))
    for number in range(300):
        async with limits.failures(("sign_in_address", f"2001:db8:0:{number + 1:x}::1")):
            pass
    await _fail(limits, ("sign_in_address", "2001:db8:0:1::1"))


@pytest.mark.parametrize("name", TABLE)
async def test_each_limit_holds(limits: Limits, name: str) -> None:
    """As many as the table says, and not one more."""
    for _ in range(TABLE[name].times):
        await limits.hit(name, "somebody")
    with pytest.raises(RateLimited):
        await limits.hit(name, "somebody")
    await limits.hit(name, "somebody else")


async def test_processes_count_together(redis_server: RedisServer, patient_with_redis: None) -> None:
    """Two workers do not double what may be guessed."""
    one, other = open_limits(redis_server.url), open_limits(redis_server.url)
    await one.start()
    await other.start()
    try:
        for limits in (one, other) * 5:
            await _fail(limits, BY_USER)
        for limits in (one, other):
            with pytest.raises(RateLimited):
                await limits.hit(*BY_USER)
    finally:
        await one.close()
        await other.close()


async def test_without_redis_each_process_counts_alone(redis_server: RedisServer) -> None:
    """Nobody is refused because of it, and guessing stays limited."""
    limits = open_limits(redis_server.url)
    await limits.start()
    redis_server.child.pause()
    try:
        for _ in range(10):
            await _fail(limits, BY_USER)
        with pytest.raises(RateLimited):
            await limits.hit(*BY_USER)
    finally:
        redis_server.child.resume()
        await limits.close()


async def test_the_eleventh_wrong_password_is_429(portal: Stack) -> None:
    """With Retry-After, as a problem, and without a call to WHMCS."""
    wrong = {"email": "guessed@example.com", "password": "wrong"}
    with portal.visitor() as visitor:
        statuses = [visitor.post("/api/v1/session", json=wrong).status_code for _ in range(10)]
        portal.sandbox.control("DELETE", "calls")
        answer = visitor.post("/api/v1/session", json=wrong)
    assert statuses == [401] * 10
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1
    assert portal.sandbox.control("GET", "calls")["calls"] == []


def test_another_spelling_is_no_other_address(portal: Stack) -> None:
    """Where it matters: at the sign-in itself."""
    spellings = ["spelt@example.com", "SPELT@example.com", "sp\u00ealt@example.com", "spelt\u200b@example.com"] * 3
    with portal.visitor() as visitor:
        wrong = [{"email": email, "password": "wrong"} for email in spellings[:11]]
        statuses = [visitor.post("/api/v1/session", json=each).status_code for each in wrong]
    assert statuses == [401] * 10 + [429]
