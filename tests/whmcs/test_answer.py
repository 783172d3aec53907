"""Bytes -> answer: the noise of real PHP installations, one test each."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.whmcs.answer import decode
from counterfoil.whmcs.failures import Failure

WHOLE = b'{"result":"success","totalresults":"1","invoices":{"invoice":[{"id":1,"total":"15.95"}]}}'
WARNING = b"<br />\n<b>Warning</b>: Undefined array key in <b>/srv/{x}/a.php</b> on line <b>5</b><br />\n"


def reason(body: bytes) -> str:
    with pytest.raises(Failure) as failure:
        decode(body)
    return failure.value.reason


@pytest.mark.parametrize(
    "body",
    [
        WHOLE,
        b"\xef\xbb\xbf" + WHOLE,
        b"\r\n\r\n" + WHOLE + b"\n\0",
        WARNING + WHOLE,
        WHOLE + WARNING,
        WARNING + WHOLE + WARNING,
        b"\xef\xbb\xbf" + WARNING + WHOLE,
        b"Warning: in_array() expects {array} in C:\\caf\xe9.php\n" + WHOLE,
        b"syntax error, unexpected '{' in x.php {" + WHOLE,
        b'{"debug":{"sql":"select"}}' + WHOLE,
    ],
    ids=["clean", "bom", "blank", "before", "after", "around", "bom+warning", "latin-1 noise", "braces", "other JSON"],
)
def test_noise_around_the_answer_is_left_out(body: bytes) -> None:
    """PHP's warnings, byte-order marks and blank lines around a whole answer do not spoil it."""
    assert decode(body) == json.loads(WHOLE)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b'{"status":"error","message":"Invoice ID Not Found"}', "error"),
        (WARNING + b'{"status":"error","message":"Invoice ID Not Found"}', "error"),
        (b'{"status":"error","result":"success"}', "success"),
        (b'{"status":"error"}' + WHOLE, "success"),
        (b'{"status":"Unpaid","result":"success"}', "success"),
    ],
)
def test_an_error_may_be_a_status_alone(body: bytes, result: str) -> None:
    """Of several versions; where there is a `result`, that is what counts."""
    assert decode(body)["result"] == result


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"status":"Error"}', "not_an_answer"),
        (b'{"status":"error","result":null}', "not_an_answer"),
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"null", "not_an_answer"),
        (b"false", "not_an_answer"),
        (b'"success"', "not_an_answer"),
        (b"[]", "not_an_answer"),
        (b'[{"result":"success"}]', "not_an_answer"),
        (b"{}", "not_an_answer"),
        (b'{"status":"success"}', "not_an_answer"),
        (b'{"result":"warning"}', "not_an_answer"),
        (b'{"result":null}', "not_an_answer"),
        (b'{"result":["success"]}', "not_an_answer"),
        (WHOLE + WHOLE, "not_an_answer"),
        (b'{"result":"error","message":"x"}' + WHOLE, "not_an_answer"),
        (WHOLE[:-1], "truncated"),
        (WHOLE[:40], "truncated"),
        (WARNING + WHOLE[:-3], "truncated"),
        (b'{"result":"success","x":{"result":"success"}', "truncated"),
        (b'{"result":"success","x":[{"result":"success"},"half', "truncated"),
        (b"<!DOCTYPE html><html><title>Down for Maintenance</title></html>", "html"),
        (b"<html><style>a{color:red}</style><script>var x = {a: 1};</script></html>", "html"),
        (b'<?xml version="1.0"?><whmcsapi><result>success</result></whmcsapi>', "html"),
        (b"result=success;totalresults=1", "not_json"),
        (b"Fatal error: Allowed memory size exhausted", "not_json"),
        (b'{"result":"success","name":"caf\xe9"}', "not_json"),
        (b'{"result":"success","total":NaN}', "not_json"),
        (b'{"a":' * 50_000, "not_json"),
        (b'{"result":"success","x":' + b"[" * 50_000, "not_json"),
        (b"{ " * 50_000, "not_json"),
    ],
)
def test_whatever_is_not_one_whole_answer_is_none(body: bytes, expected: str) -> None:
    """Nothing but one whole JSON object with a result is an answer, and the class says what came instead."""
    assert reason(body) == expected


def test_money_never_goes_through_binary_fractions() -> None:
    """A JSON number with a point keeps the digits that it was written with, also behind a warning."""
    body = b'{"result":"success","total":1234567890123.10,"tax":0.1}'
    for answer in (decode(body), decode(WARNING + body)):
        assert (str(answer["total"]), answer["tax"]) == ("1234567890123.10", Decimal("0.1"))


@given(cut=st.integers(0, len(WHOLE) - 1))
def test_a_cut_off_answer_never_passes_for_a_whole_one(cut: int) -> None:
    """Wherever the answer ends early, it is no answer."""
    assert reason(WHOLE[:cut]) in {"empty", "truncated"}
    assert reason(WARNING + WHOLE[:cut]) in {"html", "truncated"}


@given(noise=st.binary(max_size=200))
def test_any_bytes_give_an_answer_or_a_failure(noise: bytes) -> None:
    """No input ends in any other exception."""
    for body in (noise, noise + WHOLE, WHOLE + noise, b'{"result":"success","x":"' + noise + b'"}'):
        with suppress(Failure):
            assert decode(body)["result"] == "success"
