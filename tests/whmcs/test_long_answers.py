"""Whatever WHMCS sends, others are served meanwhile, and it is over soon."""

import asyncio
import json
import time

import pytest

from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.answer import decode
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.failures import Failure
from counterfoil.whmcs.wire.values import LONGEST_PROSE, prose
from tests.gaps import LONGEST, watched_loop
from tests.whmcs import scripted
from tests.whmcs.scripted import Scripted

MB = 1_000_000

HOSTILE = {
    "objects one after the other": b'x{"a":1}' * (4 * MB // 8),
    "190 beginnings of what is wrong at its end": b'{"a":' * 190 + b"[" + b'{"b":"cccccccc"},' * (4 * MB // 17) + b"}x",
    "rows, then nonsense": b'{"a":[' + b'{"b":"c"},' * (4 * MB // 10) + b"}}",
    "cut off": b'{"result":"success","a":[' + b'{"b":"c"},' * (4 * MB // 10),
    "deep": b'{"a":' * (4 * MB // 5),
    "braces": b"{" * (4 * MB),
    "quotation marks": b'{"' * (2 * MB),
    "escaped quotation marks": b'{"' + b'\\"' * (2 * MB),
    "small values": b'{"result":"success","a":[' + b"1.5," * (4 * MB // 4) + b"1]}",
    "small lists": b'{"result":"success","a":[' + b"[]," * 390_000 + b"1]}",
    "names": b'{"result":"success",' + b",".join(b'"%07d":1' % number for number in range(390_000)) + b"}",
    "a long text": b'{"result":"success","a":"' + b"x" * (8 * MB) + b'"}',
    "a long number": b'{"result":"success","a":' + b"9" * MB + b"}",
    "noise before": b"Warning: {x} <br>" * 100_000 + b'{"result":"success"}',
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", HOSTILE)
async def test_others_are_served_while_it_is_read(whmcs: Scripted, client: WhmcsClient, name: str) -> None:
    """Malformed JSON of 1 MB took 5.8 s in which not even /healthz was answered, 4 MB took 26."""
    whmcs.default = scripted.body(HOSTILE[name])
    began = time.process_time()
    async with watched_loop() as gaps:
        await asyncio.gather(client.call("GetX", write=True), return_exceptions=True)
    assert gaps.longest < LONGEST
    assert time.process_time() - began < 4


@pytest.mark.anyio
async def test_ten_thousand_invoices(whmcs: Scripted, api: WhmcsApi) -> None:
    """A large customer's list is no reason to wait for anybody else."""
    names = ["firstname", "lastname", "companyname", "notes", "created_at", "updated_at", "currencyprefix"]
    row = {"userid": 1, "date": "2026-01-01", "duedate": "2026-01-15", "datepaid": "0000-00-00 00:00:00"}
    row |= {"subtotal": "10.00", "credit": "0.00", "tax": "0.00", "tax2": "0.00", "total": "10.00", "status": "Paid"}
    row |= {"paymentmethod": "stripe", "currencycode": "EUR", **dict.fromkeys(names, "some text, as there is")}
    rows = [{"id": number, "invoicenum": f"INV-{number}", **row} for number in range(1, 10_001)]
    told = {"totalresults": 10_000, "startnumber": 0, "numreturned": 10_000, "invoices": {"invoice": rows}}
    whmcs.default = scripted.body(json.dumps({"result": "success", **told}).encode())
    async with watched_loop() as gaps:
        found = await api.get_invoices(1, limitnum=10_000, orderby="id", order="asc")
    assert len(found.rows) == 10_000
    assert gaps.longest < LONGEST


@pytest.mark.anyio
async def test_too_many_values_are_no_answer(whmcs: Scripted, client: WhmcsClient) -> None:
    """Nobody's list is so long, and what one step of decoding makes of it takes too long."""
    whmcs.default = scripted.body(HOSTILE["small values"])
    with pytest.raises(BillingUnavailable) as refused:
        await client.call("GetX", write=True)
    assert refused.value.args[1] == "too_large"


@pytest.mark.parametrize(
    "written",
    [
        "x" + " " * MB + "x",
        "<br>" + (" " * 200 + "x") * 5_000,
        "<!--" * 250_000,
        "<script" * 150_000,
        "<script>" + "</script " * 100_000,
        "<p " * 300_000,
        "<br><br " * 100_000,
        "&amp" * 250_000,
        "&lt;!--" * 150_000,
    ],
    ids=["blanks", "blanks after a break", "comments", "scripts", "ends", "tags", "breaks", "references", "escaped"],
)
def test_a_description_takes_time_by_its_length(written: str) -> None:
    """20 KB of blanks took 5 s: the square of their number."""
    began = time.process_time()
    assert len(prose({"description": written}, "description")) <= LONGEST_PROSE
    assert time.process_time() - began < LONGEST


@pytest.mark.parametrize("length", [3, 200_000])
def test_where_json_ends_is_known(length: int) -> None:
    """The JSON library is asked how far it could read, and says it in a sentence."""
    whole = b'{"result":"success","a":[%b"}"]}' % (b'"{", ' * length)
    assert decode(b"noise " + whole + b" noise") == json.loads(whole)
    for broken in (whole[:-1], whole[:-2], b"noise " + whole[:-3]):
        with pytest.raises(Failure, match="truncated"):
            decode(broken)
