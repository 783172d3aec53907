"""When WHMCS is left alone, how it is tried again, and when all calls pass again. Time is injected."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.breaker import AFTER_OUTAGE, AFTER_REFUSAL, OUTAGES_TO_OPEN, Breaker
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import Failure
from tests.processes import free_port
from tests.whmcs import scripted
from tests.whmcs.conftest import Logged, MakeClient
from tests.whmcs.scripted import OK, Scripted, says, until

pytestmark = pytest.mark.anyio

FORBIDDEN = scripted.sends(scripted.http(b"<html>Forbidden", 403))
DOWN = scripted.body(b"<html>Down for Maintenance")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(make_client: MakeClient, clock: Clock) -> WhmcsClient:
    return make_client(clock=clock)


async def reason(call: Awaitable[Any]) -> str:
    with pytest.raises(BillingUnavailable) as unavailable:
        await call
    return str(unavailable.value.args[1])


async def outage(whmcs: Scripted, client: WhmcsClient) -> None:
    whmcs.default = DOWN
    for number in range(OUTAGES_TO_OPEN):
        assert await reason(client.call("GetX", {"id": number})) == "html"


async def test_an_outage_opens_it_and_one_probe_closes_it(whmcs: Scripted, client: WhmcsClient, clock: Clock) -> None:
    """After failures in a row nothing is sent; after the pause one call is, and when it succeeds all are."""
    await outage(whmcs, client)
    assert client.health.breaker == "open"
    assert not client.health.is_idle
    assert await reason(client.call("GetX")) == "paused"
    assert len(whmcs.calls) == OUTAGES_TO_OPEN
    clock.now += AFTER_OUTAGE.first * 1.2
    whmcs.default = scripted.after(0.1, says(OK))
    results = await asyncio.gather(*(client.call("GetX") for _ in range(6)), return_exceptions=True)
    assert results.count(OK) == 1
    assert sum(isinstance(result, BillingUnavailable) for result in results) == 5
    assert len(whmcs.calls) == OUTAGES_TO_OPEN + 1
    assert client.health.breaker == "closed"
    assert client.health.is_idle
    assert await asyncio.gather(*(client.call("GetX") for _ in range(6))) == [OK] * 6


async def test_a_failed_probe_opens_it_for_longer(whmcs: Scripted, client: WhmcsClient, clock: Clock) -> None:
    """Every failed probe doubles the pause, up to a limit that still lets us notice soon that WHMCS is back."""
    await outage(whmcs, client)
    pauses = []
    for _ in range(7):
        pauses.append(client._breaker.wait)
        clock.now += client._breaker.wait
        assert await reason(client.call("GetX")) == "html"
    assert len(whmcs.calls) == OUTAGES_TO_OPEN + 7
    assert pauses == sorted(pauses) or max(pauses[4:]) <= AFTER_OUTAGE.longest * 1.1
    assert pauses[3] > 3 * pauses[0]
    assert max(pauses) <= AFTER_OUTAGE.longest * 1.1


async def test_success_in_between_starts_the_count_anew(whmcs: Scripted, client: WhmcsClient) -> None:
    """Only failures in a row are an outage; a business refusal counts as an answer."""
    answers = [says(OK), says({"result": "error", "message": "Client Not Found"})]
    for answer in answers:
        whmcs.script.extend([DOWN] * (OUTAGES_TO_OPEN - 1) + [answer])
        for number in range(OUTAGES_TO_OPEN - 1):
            await reason(client.call("GetX", {"id": number}))
        with suppress(WhmcsRefused):
            await client.call("GetX")
    assert client.health.breaker == "closed"


@pytest.mark.parametrize(
    "broken",
    [
        DOWN,
        scripted.body(b""),
        scripted.body(b'{"result":"succ'),
        scripted.sends(scripted.http(b"x", 502)),
        scripted.hangs_up,
    ],
    ids=["html", "empty", "truncated", "502", "cut"],
)
async def test_one_thing_that_whmcs_breaks_at_is_no_outage(
    broken: scripted.Act, whmcs: Scripted, client: WhmcsClient
) -> None:
    """However often one invoice is asked for in vain: everybody else's calls go on. Several of them are an outage."""
    whmcs.default = broken
    for _ in range(OUTAGES_TO_OPEN + 2):
        # A write is sent once: the pauses between several attempts are not what this is about.
        await reason(client.call("GetX", {"id": 7}, write=True))
    assert client.health.breaker == "closed"
    whmcs.script.append(says(OK))
    assert await client.call("GetX", {"id": 8}) == OK
    for number in range(OUTAGES_TO_OPEN):
        await reason(client.call("GetX", {"id": number}, write=True))
    assert client.health.breaker == "open"


async def test_no_connection_is_about_nothing_in_particular(make_client: MakeClient, clock: Clock) -> None:
    client = make_client(clock=clock, url=f"http://127.0.0.1:{free_port()}")
    for _ in range(OUTAGES_TO_OPEN):
        await reason(client.call("GetX"))
    assert client.health.breaker == "open"


async def test_timeouts_open_it(whmcs: Scripted, make_client: MakeClient, clock: Clock) -> None:
    """A WHMCS that hangs is down too, unless it only does so about one thing."""
    whmcs.default = scripted.hangs
    client = make_client(clock=clock, timeout=0.4)
    for _ in range(OUTAGES_TO_OPEN):
        assert await reason(client.call("GetX", {"id": 7})) == "timeout"
    assert client.health.breaker == "closed"
    assert await reason(client.call("GetX", {"id": 8})) == "timeout"
    assert client.health.breaker == "open"


async def test_a_probe_that_is_abandoned_leaves_room_for_another(
    whmcs: Scripted, client: WhmcsClient, clock: Clock
) -> None:
    """A customer who leaves during the probe must not keep everybody else out."""
    await outage(whmcs, client)
    clock.now += AFTER_OUTAGE.first * 1.2
    whmcs.script.append(scripted.hangs)
    probe = asyncio.create_task(client.call("GetX"))
    await until(lambda: client.health.breaker == "probing")
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    whmcs.default = says(OK)
    assert await client.call("GetX") == OK
    assert client.health.breaker == "closed"


async def test_a_probe_that_hangs_opens_it_again(whmcs: Scripted, make_client: MakeClient, clock: Clock) -> None:
    client = make_client(clock=clock, timeout=1.0)
    await outage(whmcs, client)
    clock.now += AFTER_OUTAGE.first * 1.2
    whmcs.default = scripted.hangs
    assert await reason(client.call("GetX")) == "timeout"
    assert client.health.breaker == "open"
    assert client._breaker.wait > AFTER_OUTAGE.first


@pytest.mark.parametrize("message", ["Invalid IP 203.0.113.7", "Authentication Failed"])
async def test_refused_credentials_do_not_hammer_whmcs(
    message: str, whmcs: Scripted, client: WhmcsClient, clock: Clock
) -> None:
    """Each further refusal makes the pause twice as long, up to a minute: WHMCS bans an address that goes on."""
    whmcs.default = says({"result": "error", "message": message}, 403)
    began = clock.now
    while clock.now < began + 15 * 60:
        await reason(client.call("GetX"))
        assert await reason(client.call("GetX")) == "paused"
        clock.now += 1
    assert len(whmcs.calls) <= 25
    whmcs.default = says(OK)
    clock.now += AFTER_REFUSAL.longest * 1.1
    assert await client.call("GetX") == OK


async def test_a_missing_permission_stops_nothing_else(whmcs: Scripted, client: WhmcsClient) -> None:
    """One action that the API role lacks does not keep the others from being called."""
    whmcs.default = says({"result": "error", "message": 'Invalid Permissions: API action "getx" is not allowed'}, 403)
    for _ in range(OUTAGES_TO_OPEN + 1):
        assert await reason(client.call("GetX")) == "permission_missing"
    whmcs.default = says(OK)
    assert await client.call("GetY") == OK


async def test_callers_are_told_when_to_come_back(whmcs: Scripted, client: WhmcsClient, clock: Clock) -> None:
    """Retry-After is no shorter than the pause."""
    whmcs.default = says({"result": "error", "message": "Authentication Failed"}, 403)
    for _ in range(4):
        await reason(client.call("GetX"))
        clock.now += client._breaker.wait
    with pytest.raises(BillingUnavailable) as unavailable:
        await client.call("GetX")
    assert unavailable.value.retry_after >= client._breaker.wait > 10


async def test_the_operator_reads_of_the_pause_once(whmcs: Scripted, client: WhmcsClient, logged: Logged) -> None:
    """One line says that WHMCS is left alone; calls that are turned away meanwhile add none above debug."""
    await outage(whmcs, client)
    for _ in range(10):
        await reason(client.call("GetX"))
    loud = [line["event"] for line in logged() if line["level"] != "debug"]
    assert loud == ["WHMCS call failed"] * (OUTAGES_TO_OPEN - 1) + ["WHMCS is left alone", "WHMCS call failed"]


async def test_answers_from_before_an_outage_say_nothing_about_now(clock: Clock) -> None:
    """Calls that were sent before it opened change nothing when they end."""
    breaker = Breaker(clock)
    early = [breaker.admit() for _ in range(OUTAGES_TO_OPEN + 2)]
    permits = [permit for permit in early if permit]
    for question, permit in enumerate(permits[:-2]):
        breaker.failed(permit, Failure("html"), question)
    wait = breaker.wait
    breaker.failed(permits[-2], Failure("ip_not_allowed"), 1)
    breaker.succeeded(permits[-1])
    breaker.abandoned(permits[-1])
    assert (breaker.state, breaker.wait) == ("open", wait)


@pytest.mark.parametrize("answer", [FORBIDDEN, DOWN, scripted.hangs_up], ids=["403", "page", "cut"])
async def test_a_firewall_that_dislikes_a_sign_in_stops_nobody_else(
    answer: scripted.Act, whmcs: Scripted, client: WhmcsClient
) -> None:
    """The text of a sign-in is a stranger's: `' OR 1=1--` must not pause billing for every customer."""
    whmcs.default = answer
    for _ in range(OUTAGES_TO_OPEN + 1):
        await reason(WhmcsApi(client, timezone=ZoneInfo("UTC")).validate_login("' OR 1=1--@example.com", "x"))
    whmcs.default = says(OK)
    assert await client.call("GetX") == OK


async def test_refused_credentials_count_at_a_sign_in_too(whmcs: Scripted, client: WhmcsClient) -> None:
    """Those are WHMCS's own words about us, whatever was asked."""
    whmcs.default = says({"result": "error", "message": "Authentication Failed"}, 403)
    await reason(client.call("ValidateLogin", write=True, free_text=True))
    assert client.health.breaker == "open"
