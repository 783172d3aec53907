"""One call: what is sent, which failures are tried again, how long it may take."""

import asyncio

import pytest

from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from tests.processes import free_port
from tests.whmcs import scripted
from tests.whmcs.conftest import ACCESS_KEY, IDENTIFIER, SECRET, Logged, MakeClient
from tests.whmcs.outcomes import reason
from tests.whmcs.scripted import OK, Act, Scripted, http, says, sends, until

pytestmark = pytest.mark.anyio

SOON = 60
"""Seconds: long before a hanging server would end by itself."""
HTML = b"<!DOCTYPE html><title>Just a moment...</title>"


async def test_a_call_is_a_form_with_credentials(whmcs: Scripted, make_client: MakeClient) -> None:
    """Action, credentials and parameters go in the body of one POST, below the installation's path; booleans as 1/0."""
    client = make_client(url=f"{whmcs.url}/billing/", access_key=ACCESS_KEY)
    assert await client.call("GetX", {"userid": 7, "search": "ä&=", "stats": True, "other": False}) == OK
    assert whmcs.heads[0].startswith("POST /billing/includes/api.php HTTP/1.1\r\n")
    assert whmcs.calls == [
        {"action": "GetX", "identifier": IDENTIFIER, "secret": SECRET, "accesskey": ACCESS_KEY, "responsetype": "json"}
        | {"userid": "7", "search": "ä&=", "stats": "1", "other": "0"}
    ]


async def test_parameters_cannot_replace_credentials(whmcs: Scripted, client: WhmcsClient) -> None:
    """Whatever a parameter is called, the call stays ours."""
    await client.call("GetX", {"action": "DeleteClient", "secret": "theirs", "responsetype": "xml"})
    assert whmcs.calls[0] == {"action": "GetX", "identifier": IDENTIFIER, "secret": SECRET, "responsetype": "json"}


async def test_without_an_access_key_none_is_sent(whmcs: Scripted, client: WhmcsClient) -> None:
    await client.call("GetX")
    assert "accesskey" not in whmcs.calls[0]


async def test_php_sessions_are_not_kept(whmcs: Scripted, client: WhmcsClient) -> None:
    """A cookie of one call is not sent with the next: sessions lock, and belong to whoever signed in."""
    whmcs.script.append(sends(http(b'{"result":"success"}', Set_Cookie="WHMCSabc=1; path=/")))
    await client.call("ValidateLogin")
    await client.call("GetX")
    assert [head for head in whmcs.heads if "cookie:" in head.lower()] == []


async def test_environment_proxies_are_not_used(
    whmcs: Scripted, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials go to WHMCS itself, whatever HTTP_PROXY says."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    assert await make_client().call("GetX") == OK


async def test_an_error_answer_is_a_refusal(whmcs: Scripted, client: WhmcsClient) -> None:
    """`result: error` with status 200 is WHMCS's word, not a failure: told to the caller, never repeated."""
    whmcs.default = says({"result": "error", "message": "Invoice ID Not Found"})
    with pytest.raises(WhmcsRefused) as refusal:
        await client.call("GetInvoice")
    assert refusal.value.says("invoice id not found")
    assert not refusal.value.says("Client Not Found")
    assert "Invoice" not in str(refusal.value).replace("GetInvoice", "")
    assert len(whmcs.calls) == 1


TRIED_AGAIN = {
    "empty": scripted.body(b""),
    "truncated": scripted.body(b'{"result":"succ'),
    "server_error": sends(http(HTML, 502)),
    "connection_lost": scripted.hangs_up,
}

NOT_TRIED_AGAIN = {
    "html": scripted.body(HTML, "text/html"),
    "not_json": scripted.body(b"Down for Maintenance"),
    "not_an_answer": scripted.body(b"null"),
    "redirect": sends(http(b"", 302, Location="http://127.0.0.1:1/elsewhere")),
    "unexpected_status": sends(http(HTML, 404)),
    "too_many_requests": sends(http(HTML, 429)),
    "forbidden": sends(http(HTML, 403)),
}


@pytest.mark.parametrize("kind", TRIED_AGAIN)
async def test_a_read_is_tried_again(kind: str, whmcs: Scripted, client: WhmcsClient) -> None:
    """A read that failed in passing succeeds with a later attempt."""
    whmcs.script.extend([TRIED_AGAIN[kind]] * 2)
    assert await client.call("GetX") == OK
    assert (len(whmcs.calls), client.health.retries) == (3, 2)


@pytest.mark.parametrize("kind", TRIED_AGAIN)
async def test_a_read_is_given_up_after_three_attempts(kind: str, whmcs: Scripted, client: WhmcsClient) -> None:
    """Three attempts, then the customer is told."""
    whmcs.default = TRIED_AGAIN[kind]
    assert await reason(client.call("GetX")) == kind
    assert len(whmcs.calls) == 3


@pytest.mark.parametrize("kind", [*TRIED_AGAIN, *NOT_TRIED_AGAIN])
async def test_a_write_is_sent_once(kind: str, whmcs: Scripted, client: WhmcsClient) -> None:
    """What may have taken effect is never sent a second time."""
    whmcs.default = (TRIED_AGAIN | NOT_TRIED_AGAIN)[kind]
    assert await reason(client.call("AddX", write=True)) == kind
    assert len(whmcs.calls) == 1


@pytest.mark.parametrize("kind", NOT_TRIED_AGAIN)
async def test_what_would_fail_again_is_not_tried_again(kind: str, whmcs: Scripted, client: WhmcsClient) -> None:
    """A refusal, a redirect, a maintenance page: another attempt would get the same."""
    whmcs.default = NOT_TRIED_AGAIN[kind]
    assert await reason(client.call("GetX")) == kind
    assert len(whmcs.calls) == 1


FORBIDDEN = {
    "Invalid IP 203.0.113.7": ("ip_not_allowed", "Invalid IP 203.0.113.7"),
    "Invalid IP 2001:db8::1": ("ip_not_allowed", "Invalid IP 2001:db8::1"),
    "Invalid IP dead.beef": ("ip_not_allowed", "Invalid IP (not readable)"),
    "Invalid IP <script>": ("forbidden", ""),
    "Authentication Failed": ("credentials_refused", "Authentication Failed"),
    "Invalid or missing credentials": ("credentials_refused", "Invalid or missing credentials"),
    'Invalid Permissions: API action "getx" is not allowed': ("permission_missing", "Invalid Permissions for GetX"),
    "canary-message": ("forbidden", ""),
}


@pytest.mark.parametrize("message", FORBIDDEN)
async def test_a_403_tells_the_operator_what_to_do(
    message: str, whmcs: Scripted, client: WhmcsClient, logged: Logged
) -> None:
    """403 is never repeated; the log line says which of WHMCS's refusals it is, in allow-listed words."""
    whmcs.default = says({"result": "error", "message": message}, 403)
    expected, meaning = FORBIDDEN[message]
    assert await reason(client.call("GetX")) == expected
    assert len(whmcs.calls) == 1
    [line] = [line for line in logged() if line["event"] == "WHMCS call failed"]
    assert (line["action"], line["status"], line["reason"], line["meaning"]) == ("GetX", 403, expected, meaning)
    assert line["hint"]


async def test_a_refused_address_is_recognised_with_status_200_too(whmcs: Scripted, client: WhmcsClient) -> None:
    """Whatever the status, a refusal of our credentials is no business answer."""
    whmcs.default = says({"result": "error", "message": "Authentication Failed"})
    assert await reason(client.call("GetX")) == "credentials_refused"


async def test_success_with_status_403_is_no_success(whmcs: Scripted, client: WhmcsClient) -> None:
    whmcs.default = says(OK, 403)
    assert await reason(client.call("GetX")) == "forbidden"


@pytest.mark.parametrize("act", [scripted.hangs, scripted.drips], ids=["hangs", "drips"])
async def test_the_time_limit_holds_for_the_whole_call(act: Act, whmcs: Scripted, make_client: MakeClient) -> None:
    """Also against an answer that trickles in byte by byte; and what was slow once is not tried again."""
    whmcs.default = act
    client = make_client(timeout=0.8)
    async with asyncio.timeout(SOON):
        assert await reason(client.call("GetX")) == "timeout"
    assert len(whmcs.calls) == 1


async def test_retries_stay_within_the_time_limit(whmcs: Scripted, make_client: MakeClient) -> None:
    """The second attempt has what the first left of the time, not a limit of its own."""
    whmcs.script.append(sends(http(HTML, 502)))
    whmcs.default = scripted.hangs
    client = make_client(timeout=1.0)
    async with asyncio.timeout(SOON):
        assert await reason(client.call("GetX")) == "timeout"
    assert len(whmcs.calls) == 2


async def test_a_call_after_the_portal_has_stopped_is_an_outage(whmcs: Scripted, make_client: MakeClient) -> None:
    """Who waited behind others until then is told the friendly error, as for any call that cannot be made."""
    client = make_client()
    await client.close()
    assert await reason(client.call("GetX")) == "stopping"
    assert not whmcs.calls


async def test_the_caller_who_leaves_is_let_go(whmcs: Scripted, client: WhmcsClient) -> None:
    """A cancelled call ends as cancelled, and the client stays usable; WHMCS has it until it answers."""
    answers = asyncio.Event()
    whmcs.script.append(scripted.once(answers, says(OK)))
    call = asyncio.create_task(client.call("GetX"))
    await until(lambda: whmcs.calls)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert client.health.in_flight == 1
    assert await client.call("GetX") == OK
    answers.set()
    await until(lambda: client.health.in_flight == 0)


async def test_a_write_ends_with_its_caller(whmcs: Scripted, make_client: MakeClient) -> None:
    """Whoever looks afterwards whether it was done shall not look too early."""
    client = make_client(timeout=60)
    whmcs.script.append(scripted.hangs)
    call = asyncio.create_task(client.call("UpdateX", write=True))
    await until(lambda: whmcs.calls)
    call.cancel()
    await until(lambda: client.health.in_flight == 0)


async def test_figures_are_kept(whmcs: Scripted, client: WhmcsClient) -> None:
    """Calls by action and outcome, and how long they took."""
    whmcs.script.extend([says(OK), says({"result": "error"}), scripted.body(b"null")])
    await client.call("GetX")
    with pytest.raises(WhmcsRefused):
        await client.call("GetX")
    await reason(client.call("GetY"))
    health = client.health
    assert health.calls == {("GetX", "ok"): 1, ("GetX", "refused"): 1, ("GetY", "not_an_answer"): 1}
    assert (health.latency["GetX"].count, sum(health.latency["GetX"].counts)) == (2, 2)
    assert health.latency["GetX"].sum > 0
    assert (health.in_flight, health.queued, health.breaker) == (0, 0, "closed")
