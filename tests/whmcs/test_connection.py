"""The connection below a call to WHMCS: closed, reset, broken off, too long, redirected, or nobody there."""

import gzip

import pytest

from counterfoil.whmcs.client import WhmcsClient
from tests.processes import free_port
from tests.whmcs import scripted
from tests.whmcs.conftest import MakeClient
from tests.whmcs.outcomes import reason
from tests.whmcs.scripted import OK, Scripted, http, sends, until

pytestmark = pytest.mark.anyio


async def test_a_connection_that_was_closed_meanwhile_is_not_used(whmcs: Scripted, client: WhmcsClient) -> None:
    """A web server that closes an idle connection costs a new one, not a failed write."""
    whmcs.script.append(sends(http(b'{"result":"success"}'), then_close=True))
    await client.call("GetX")
    await until(lambda: not whmcs.open)
    assert await client.call("AddX", write=True) == OK
    assert whmcs.connections == 2


async def test_a_reset_is_survived(whmcs: Scripted, client: WhmcsClient) -> None:
    whmcs.script.append(scripted.resets)
    assert await client.call("GetX") == OK


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b'{"result":"success"}',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + b'{"result":"success"}',
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 nonsense\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n0123456789",
    ],
    ids=["short", "chunked", "gzip", "status line", "not http", "two lengths"],
)
async def test_a_broken_transfer_is_no_answer(raw: bytes, whmcs: Scripted, client: WhmcsClient) -> None:
    """Fewer bytes than announced are never taken for a whole answer, even when they happen to be JSON."""
    whmcs.default = sends(raw, then_close=True)
    assert await reason(client.call("GetX", write=True)) == "connection_lost"


async def test_an_answer_is_read_whatever_it_is_called(whmcs: Scripted, client: WhmcsClient) -> None:
    """Content type, compression, chunks and the end of the connection do not matter when the JSON is whole."""
    whole = b'{"result":"success"}'
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + whole + b"\r\n0\r\n\r\n"
    whmcs.script.extend([
        scripted.body(whole, "text/html; charset=iso-8859-1"),
        sends(http(gzip.compress(whole), Content_Encoding="gzip")),
        sends(chunked),
        sends(b"HTTP/1.0 200 OK\r\n\r\n" + whole, then_close=True),
    ])  # fmt: skip
    assert [await client.call("GetX") for _ in range(4)] == [OK] * 4
    assert len(whmcs.calls) == 4


@pytest.mark.parametrize("compressed", [False, True])
async def test_an_answer_that_is_too_large_is_not_read(compressed: bool, whmcs: Scripted, client: WhmcsClient) -> None:
    """32 MiB is where reading stops, unpacked or not."""
    huge = b'{"result":"success","x":"' + b"x" * (33 * 1024 * 1024) + b'"}'
    whmcs.default = sends(http(gzip.compress(huge, 1), Content_Encoding="gzip") if compressed else http(huge))
    assert await reason(client.call("GetX")) == "too_large"
    assert len(whmcs.calls) == 1


async def test_redirects_are_never_followed(whmcs: Scripted, client: WhmcsClient) -> None:
    """The credentials go nowhere else, not even to another path of the same host."""
    whmcs.default = sends(http(b"", 307, Location=f"{whmcs.url}/elsewhere"))
    assert await reason(client.call("GetX")) == "redirect"
    assert len(whmcs.calls) == 1


async def test_nobody_there(make_client: MakeClient) -> None:
    """A closed port and an unknown host are told apart in the log."""
    assert await reason(make_client(url=f"http://127.0.0.1:{free_port()}").call("GetX")) == "connection_refused"
    assert await reason(make_client(url="http://whmcs.invalid").call("GetX")) == "name_not_resolved"
