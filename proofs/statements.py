"""What an answer states about WHMCS, read from its bytes: JSON and pages alike. Whether it is true: truth.py."""

import re
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

_json = msgspec.json.Decoder()

_AS_OF = re.compile(r'<time datetime="([^"]+)" data-ago>')
_ROWS = re.compile(
    r'<a href="/invoices/(\d+)">([^<]*) v(\d+)</a>.*?class="amount total">.*?</span> \D*([\d.,]+)(?:</span>)?</td>'
    r'.*?class="amount owed">.*?</span> \D*([\d.,]+)(?:</span>)?</td>',
    re.DOTALL,
)
_COUNT = re.compile(r'aria-label="Pages">\s*<p[^>]*>\d+\S\d+ of (\d+)</p>')
_HEADING = re.compile(r'<h1>Invoice <span class="whole">([^<]*) v(\d+)</span></h1>')
_SUITE = re.compile(r"<address>.*?(?:<br>Suite (\d+))?<br>[^<]*<br>[^<]*<br></address>", re.DOTALL)
_TOTAL = re.compile(r"<dt>Total</dt>\s*<dd>\D*([\d.,]+)</dd>")
_DUE = re.compile(r"<dt>Amount due</dt>\s*<dd>\D*([\d.,]+)</dd>\s*</div>\s*</dl>")

OPEN = {"unpaid", "payment_pending", "collections"}
"""In which something may be due."""


class Claim(NamedTuple):
    """`version`: as stamped, None where only `facts` tell. Facts: number, status, total, due date, balance; None:
    not said.
    """

    invoice: int
    part: str
    version: int | None
    facts: tuple[str | None, ...]


class Statement(NamedTuple):
    """`listed`: the ids of a list that claims to be whole. `suite`: the version of the client's address."""

    as_of: float
    claims: tuple[Claim, ...]
    listed: frozenset[int] | None = None
    suite: int | None = None


class NotWholeError(Exception):
    """The answer is not what such an answer must be."""


def read_statement(what: str, body: bytes) -> Statement:
    """`what`: list, detail (JSON), list page, detail page. Raises NotWholeError."""
    try:
        return _READERS[what](body)
    except (msgspec.DecodeError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise NotWholeError(f"{what}: {type(error).__name__} {error}") from error


def _list(body: bytes) -> Statement:
    said = _json.decode(body)
    if said["total"] != len(said["items"]):
        raise NotWholeError(f"list: {len(said['items'])} of {said['total']} items")
    claims = [claim for item in said["items"] for claim in _of_item(item)]
    return Statement(_moment(said["as_of"]), tuple(claims), frozenset(item["id"] for item in said["items"]))


def _of_item(item: dict[str, Any]) -> list[Claim]:
    number, version = _stamped(item["number"])
    row = Claim(item["id"], "rows", version, (number, item["status"], item["total"]["amount"], item["due_on"], None))
    owed = item["amount_due"]["amount"]
    if item["status"] not in OPEN:
        return [row] if owed == "0.00" else [row._replace(facts=("an amount due although settled",))]
    return [row, Claim(item["id"], "invoice", None, (None, item["status"], None, None, owed))]


def _detail(body: bytes) -> Statement:
    said = _json.decode(body)
    number, version = _stamped(said["number"])
    facts = (number, said["status"], said["total"]["amount"], said["due_on"], said["balance"]["amount"])
    if said["notes"] != f"v{version}":
        raise NotWholeError(f"detail: number {said['number']} with notes {said['notes']}")
    return Statement(_moment(said["as_of"]), (Claim(said["id"], "invoice", version, facts),))


def _list_page(body: bytes) -> Statement:
    text = body.decode()
    claims = []
    for id_, number, version, total, owed in _ROWS.findall(text):
        claims.append(Claim(int(id_), "rows", int(version), (number, None, _plain(total), None, None)))
        if owed != "0.00":
            claims.append(Claim(int(id_), "invoice", None, (None, None, None, None, _plain(owed))))
    listed = frozenset(claim.invoice for claim in claims)
    count = _COUNT.search(text)
    if (int(count[1]) if count else 0) != len(listed):
        raise NotWholeError(f"list page: {len(listed)} rows of {count and count[1]}")
    return Statement(_moment(_found(_AS_OF, text)[1]), tuple(claims), listed)


def _detail_page(body: bytes) -> Statement:
    text = body.decode()
    heading, suite = _found(_HEADING, text), _found(_SUITE, text)
    facts = (heading[1], None, _plain(_found(_TOTAL, text)[1]), None, _plain(_found(_DUE, text)[1]))
    claim = Claim(int(_found(re.compile(r'data-live="[^"]*invoice:(\d+)'), text)[1]), "invoice", int(heading[2]), facts)
    return Statement(_moment(_found(_AS_OF, text)[1]), (claim,), suite=int(suite[1] or 0))


_READERS = {"list": _list, "detail": _detail, "list page": _list_page, "detail page": _detail_page}


def _found(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.search(text)
    if match is None:
        raise ValueError(f"no {pattern.pattern[:30]}")
    return match


def _stamped(number: str) -> tuple[str, int]:
    plain, _, version = number.rpartition(" v")
    return plain, int(version)


def _plain(amount: str) -> str:
    return amount.replace(",", "")


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
