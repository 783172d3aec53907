"""What is asked for as XML, when WHMCS could not write JSON: the same shapes, strictly, within the same time."""

import asyncio

import pytest

from counterfoil.errors import BillingUnavailable, RecordUnreadable
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import Failure
from counterfoil.whmcs.wire.values import rows
from counterfoil.whmcs.xml_answer import DEEPEST, LARGEST, MOST_ELEMENTS, decode
from tests.whmcs import scripted
from tests.whmcs.conftest import MakeClient
from tests.whmcs.scripted import Act, Scripted, body, says

pytestmark = pytest.mark.anyio

NOT_ENCODABLE = "Error generating JSON encoded response: Malformed UTF-8 characters, possibly incorrectly encoded"
BROKEN = says({"result": "error", "message": NOT_ENCODABLE})


def document(inner: str, head: str = '<?xml version="1.0" encoding="utf-8"?>\n') -> bytes:
    return f'{head}<whmcsapi version="8.13.1">\n{inner}\n</whmcsapi>\n'.encode()


def xml(inner: str = "<result>success</result>") -> Act:
    return body(document(inner), "text/xml")


def test_lists_objects_and_what_is_empty() -> None:
    """Repeated elements are a list, one is a row by itself, an empty one is "": as JSON may say it too."""
    answer = decode(
        document(
            "<result>success</result><totalresults>2</totalresults>"
            "<products><product><id>1</id><name>A &amp;amp; B</name></product>"
            "<product><id>2</id><name><![CDATA[<b>]]></name></product></products>"
            "<one><row><id>3</id></row></one><none/><blank>\n</blank>"
            "<paymethods><id>1</id></paymethods><paymethods><id>2</id></paymethods>"
            "<pricing><EUR><monthly>5.00</monthly></EUR></pricing>"
        )
    )
    assert rows(answer, "products", "product") == [{"id": "1", "name": "A &amp; B"}, {"id": "2", "name": "<b>"}]
    assert rows(answer, "one", "row") == [{"id": "3"}]
    assert rows(answer, "paymethods", "paymethod") == [{"id": "1"}, {"id": "2"}]
    assert rows(answer, "none", "row") == rows(answer, "blank", "row") == []
    assert answer["pricing"] == {"EUR": {"monthly": "5.00"}}


def test_bytes_that_are_no_text_do_not_spoil_the_rest() -> None:
    """They become the replacement character: nothing that is needed exactly can be made of it."""
    answer = decode(document("<result>success</result><password>@</password>").replace(b"@", b"\xe9\x80\x00"))
    assert set(answer["password"]) == {"\ufffd"}


def test_php_may_grumble_around_it() -> None:
    whole = document("<result>success</result>")
    assert decode(b"<br />\n<b>Warning</b>: x in <b>y</b>\n" + whole + b"<b>Notice</b>") == {"result": "success"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (document("<result>success</result>")[:-4], "truncated"),
        (document("<result>success"), "not_encodable"),
        (document("<result>success</result>") * 2, "not_encodable"),
        (document("<result>success</result>&nbsp;"), "not_encodable"),
        (document("<result>success</result><a>x<b/>y</a>"), "not_encodable"),
        (document("<result>&x;</result>", '<!DOCTYPE x [<!ENTITY x "success">]>'), "not_encodable"),
        (document('<!DOCTYPE x [<!ENTITY x "success">]><result>&x;</result>'), "not_encodable"),
        (document("<result>success</result><?php echo 1 ?>"), "not_encodable"),
        (document("<totalresults>1</totalresults>"), "not_an_answer"),
        (document("<result>success</result>" + "<a>" * DEEPEST + "</a>" * DEEPEST), "too_large"),
        (document("<result>success</result>" + "<a/>" * MOST_ELEMENTS), "too_large"),
        (document("<result>success</result><a>" + "x" * LARGEST + "</a>"), "too_large"),
        (b"<html>Down for Maintenance</html>", "html"),
        (b'{"result":"success"}', "not_encodable"),
        (b"", "empty"),
    ],
)
def test_what_is_not_one_whole_document_is_none(said: bytes, reason: str) -> None:
    """No document type, no entity of its own, nothing cut off, bounded in depth and size."""
    with pytest.raises(Failure) as failure:
        decode(said)
    assert failure.value.reason == reason


async def test_a_read_is_asked_for_again_as_xml(whmcs: Scripted, client: WhmcsClient) -> None:
    """Once, at once, and only a read: a write may have been carried out."""
    whmcs.script.extend([BROKEN, xml()])
    assert await client.call("GetX", {"clientid": 7}) == {"result": "success"}
    assert [call["responsetype"] for call in whmcs.calls] == ["json", "xml"]
    assert whmcs.calls[1]["clientid"] == "7"
    whmcs.default = BROKEN
    with pytest.raises(BillingUnavailable):
        await client.call("AddX", write=True)
    assert len(whmcs.calls) == 3


async def test_an_error_may_come_as_xml(whmcs: Scripted, client: WhmcsClient) -> None:
    whmcs.script.extend([BROKEN, xml("<result>error</result><message>Client Not Found</message>")])
    with pytest.raises(WhmcsRefused) as refusal:
        await client.call("GetX")
    assert refusal.value.says("Client Not Found")


@pytest.mark.parametrize("second", [BROKEN, xml("<result>suc"), says({"result": "success"})], ids=["json", "cut", "no"])
async def test_a_record_that_cannot_be_given_is_no_outage(second: Act, whmcs: Scripted, client: WhmcsClient) -> None:
    """Seven of them in a row close billing for nobody."""
    for number in range(7):
        whmcs.script.extend([BROKEN, second])
        with pytest.raises(RecordUnreadable):
            await client.call("GetX", {"clientid": number})
    assert client.health.breaker == "closed"
    assert len(whmcs.calls) == 14


async def test_the_time_limit_is_one_for_both(whmcs: Scripted, make_client: MakeClient) -> None:
    """Reading again counts against the same limit, and what does not come in time is an outage."""
    whmcs.script.append(scripted.after(0.3, BROKEN))
    whmcs.default = scripted.hangs
    client = make_client(timeout=0.8)
    async with asyncio.timeout(60):
        with pytest.raises(BillingUnavailable) as unavailable:
            await client.call("GetX")
    assert unavailable.value.args[1] == "timeout"
    assert not isinstance(unavailable.value, RecordUnreadable)
