"""`counterfoil why`: from the reference on an error page to the cause, out of the log."""

import json
from collections.abc import Sequence

import pytest

from counterfoil.cli.log_lines import LogLine, read_lines
from counterfoil.cli.why import gathered, told

FIRST, LATER = "0f4a9c2b7d1e8a6f5c3b", "7a1d9c2b7d1e8a6f5c3b"

JSON_LINES = (
    {
        "event": "WHMCS call failed",
        "level": "warning",
        "timestamp": "2026-11-29T09:00:10Z",
        "request_id": FIRST,
        "action": "GetInvoices",
        "reason": "timeout",
        "hint": "WHMCS did not answer within WHMCS_TIMEOUT_SECONDS",
    },
    {
        "event": "answered unavailable",
        "level": "warning",
        "timestamp": "2026-11-29T09:00:11Z",
        "request_id": LATER,
        "code": "billing_unavailable",
        "reason": "the same failure as a moment ago",
        "first": FIRST,
    },
    {
        "event": "request",
        "level": "info",
        "timestamp": "2026-11-29T09:00:11Z",
        "request_id": LATER,
        "method": "GET",
        "route": "/invoices",
        "status": 503,
        "account": 7,
        "client": 42,
    },
)
TEXT_LINES = (
    "2026-11-29T09:00:10Z [\x1b[33m\x1b[1mwarning  \x1b[0m] \x1b[1mWHMCS call failed \x1b[0m "
    "\x1b[36maction\x1b[0m=\x1b[35mGetInvoices\x1b[0m hint='did not answer in time' reason=timeout "
    f"request_id={FIRST}\n"
    f"2026-11-29T09:00:11Z [warning  ] answered unavailable  code=billing_unavailable first={FIRST} "
    f"reason='the same failure as a moment ago' request_id={LATER}\n"
    "2026-11-29T09:00:11Z [info     ] request  GET /invoices 503 10.00 ms account=7 client=42 "
    f"code=billing_unavailable request_id={LATER}"
).splitlines()
PLAIN = tuple(json.dumps(line) for line in JSON_LINES)


@pytest.mark.parametrize(
    "lines",
    [
        PLAIN,
        tuple(TEXT_LINES),
        tuple(f"Nov 29 09:00:10 billing counterfoil[12]: {line}" for line in PLAIN),
        tuple(json.dumps({"log": f"{line}\n", "stream": "stderr"}) for line in PLAIN),
        ("2026-11-29 no line of ours", "{not json", *PLAIN, "null", "[]", ""),
    ],
    ids=["json", "console", "systemd", "docker", "among others"],
)
def test_a_shared_failure_leads_to_the_first_one(lines: Sequence[str]) -> None:
    """Whoever met "the same failure as a moment ago" is told which it was, in whatever form the log came."""
    text = "\n".join(told(LATER, gathered(LATER, read_lines(lines))))
    assert "GET /invoices" in text
    assert "account 7, client 42" in text
    assert f"met first by request {FIRST}" in text
    assert "action GetInvoices" in text
    assert "timeout" in text


def test_a_first_failure_that_the_lines_do_not_have_is_named() -> None:
    """A log that was rotated in between still says where to look on."""
    text = "\n".join(told(LATER, gathered(LATER, read_lines(PLAIN[1:]))))
    assert f"{FIRST}, which these lines do not have" in text


def test_of_a_defect_the_place_and_the_words_are_told() -> None:
    """The stack trace's last line and place, also where it follows the line instead of standing in it."""
    trace = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\nKeyError: 7'
    for lines in (
        [json.dumps({"event": "unexpected error", "level": "error", "request_id": FIRST, "exception": trace})],
        [f"2026-11-29T09:00:10Z [error    ] unexpected error  request_id={FIRST}", *trace.splitlines(keepends=True)],
    ):
        text = told(FIRST, gathered(FIRST, read_lines(lines)))
        assert text[-2:] == ['  defect   File "a.py", line 3, in f', "  defect   KeyError: 7"]


def test_values_of_a_line_are_only_read() -> None:
    """What a log holds is hostile input: nothing in it is carried out, and no nesting breaks the reader."""
    lines = [f"2026-11-29T09:00:10Z [info     ] x  a='\\x' b=\"__import__('os')\" request_id={FIRST}", "[" * 100_000]
    assert [line.get("b") for line in read_lines(lines)] == ["__import__('os')"]
    assert LogLine({}).request_id == ""
