"""WHMCS's spellings that are the same in every action, one test for each quirk."""

import html
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.whmcs.wire import paging, values
from counterfoil.whmcs.wire.values import Untrustworthy

BERLIN = ZoneInfo("Europe/Berlin")
ONE, TWO = {"id": 1}, {"id": 2}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"users": ""},
        {"users": []},
        {"users": {}},
        {"users": None},
        {"users": {"user": ""}},
        {"users": {"user": []}},
        {"users": {"user": {}}},
        {"users": {"user": None}},
    ],
)
def test_an_empty_list_in_all_its_shapes(answer: dict[str, Any]) -> None:
    """No rows may be spelt by a missing key, "", [], {} or null, on either level."""
    assert values.rows(answer, "users", "user") == []


@pytest.mark.parametrize(
    "inner", [[ONE, TWO], {"0": ONE, "1": TWO}, {"1": TWO, "0": ONE}], ids=["list", "numbered", "numbered, unordered"]
)
def test_a_list_in_all_its_shapes(inner: object) -> None:
    """A list may be plain or nested, and PHP may have numbered it."""
    assert values.rows({"users": {"user": inner}}, "users", "user") == [ONE, TWO]
    assert values.rows({"users": inner}, "users", "user") == [ONE, TWO]


def test_ten_numbered_rows_keep_their_order() -> None:
    numbered = {str(number): {"id": number} for number in reversed(range(12))}
    assert [row["id"] for row in values.rows({"x": {"y": numbered}}, "x", "y")] == list(range(12))


@pytest.mark.parametrize("answer", [{"users": {"user": ONE}}, {"users": ONE}, {"users": [ONE]}, {"users": {"0": ONE}}])
def test_one_row_may_come_bare(answer: dict[str, Any]) -> None:
    """A single row is sometimes not put into a list."""
    assert values.rows(answer, "users", "user") == [ONE]


@pytest.mark.parametrize("wrong", ["none", 7, True, [1], ["a"], [[]], [ONE, None], {"0": "a"}])
def test_what_is_no_list_of_rows_is_not_taken_for_an_empty_one(wrong: object) -> None:
    """A shape that nobody knows must not look like "no invoices"."""
    for answer in ({"users": wrong}, {"users": {"user": wrong}}):
        with pytest.raises(Untrustworthy):
            values.rows(answer, "users", "user")


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Müller &amp; Söhne", "Müller & Söhne"),
        ("O&#039;Brien", "O'Brien"),
        ("&quot;x&quot; &lt;b&gt;", '"x" <b>'),
        ("&amp;lt;", "&lt;"),
        ("&amp;amp;", "&amp;"),
        ("a &copy=1 & b&c", "a &copy=1 & b&c"),
        ("&nosuchthing;", "&nosuchthing;"),
        ("  padded  ", "padded"),
        ("領収書 &#x9818;", "領収書 領"),
        (None, ""),
        ([], ""),
        (2023001, "2023001"),
    ],
)
def test_text_is_decoded_exactly_once(stored: object, shown: str) -> None:
    """Stored HTML-escaped, shown as written; what only looks like a reference stays."""
    assert values.text({"a": stored}, "a") == shown


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Ada\0 \x1b[31mLovelace\x7f\x85", "Ada [31mLovelace"),
        ("Invoice \u202e0001\u202c \u2066x\u2069", "Invoice 0001 x"),
        ("a&#x202e;b&#1;c&#0;", "abc\ufffd"),
        ("half \ud800 of it", "half  of it"),
        ("first\r\nsecond\tthird", "first\r\nsecond\tthird"),
        ("שלום 領収書 \u200fx", "שלום 領収書 \u200fx"),
    ],
)
def test_text_is_what_one_can_read(stored: str, shown: str) -> None:
    """No control characters and nothing that turns the direction of what follows, escaped or not; line ends, tabs and
    the marks that languages need stay.
    """
    assert values.text({"a": stored}, "a") == shown


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"])).map(str.strip))
def test_any_text_comes_back_as_it_was_written(written: str) -> None:
    """Escaping and our decoding are each other's inverse."""
    assert values.text({"a": html.escape(written)}, "a") == written


@pytest.mark.parametrize("wrong", [True, ["a"], {"a": 1}])
def test_what_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(Untrustworthy):
        values.text({"a": wrong}, "a")


@pytest.mark.parametrize(
    ("sent", "exact"),
    [("15.95", "15.95"), (" -0.10 ", "-0.10"), (15, "15"), ("1200", "1200"), (Decimal("0.1"), "0.1"), ("0.00", "0.00")],
)
def test_money_is_exact(sent: object, exact: str) -> None:
    """Money keeps its digits, whether it came as text or as a number."""
    assert str(values.amount({"total": sent}, "total")) == exact


@pytest.mark.parametrize(
    "wrong",
    [
        *("", None, "abc", "$5.00", "1,234.50", "1.234,50", "NaN", "Infinity", "1e5", "٣", "9" * 40),
        *(15.95, True, [], Decimal("1E+999999"), Decimal("1E-999999")),
    ],
)
def test_what_is_no_amount_is_refused(wrong: object) -> None:
    """A total that cannot be read must not become 0, nor a binary fraction."""
    with pytest.raises(Untrustworthy):
        values.amount({"total": wrong}, "total")


def test_a_missing_amount_is_refused_unless_there_may_be_none() -> None:
    with pytest.raises(Untrustworthy):
        values.amount({}, "total")
    assert values.amount_or_zero({}, "tax2") == values.amount_or_zero({"tax2": ""}, "tax2") == 0
    with pytest.raises(Untrustworthy):
        values.amount_or_zero({"tax2": "x"}, "tax2")


@pytest.mark.parametrize("sent", [7, "7", " 7 ", "007"])
def test_ids_come_as_numbers_or_text(sent: object) -> None:
    assert values.identifier({"id": sent}, "id") == 7


@pytest.mark.parametrize("wrong", [None, "", 0, "0", -1, "-1", "7a", 7.5, Decimal("7.0"), True, 2**63, "9" * 30, [7]])
def test_what_is_no_id_is_refused(wrong: object) -> None:
    with pytest.raises(Untrustworthy):
        values.identifier({"id": wrong}, "id")


def test_an_id_is_found_under_any_of_its_names() -> None:
    assert values.identifier({"userid": "3"}, "clientid", "userid") == 3
    assert values.optional_identifier({}, "owner_user_id") is None


@pytest.mark.parametrize("spelling", [True, 1, "1", "true", "True", "on", "ON", "yes"])
def test_switches_that_are_on(spelling: object) -> None:
    assert values.switch({"a": spelling}, "a") is True


@pytest.mark.parametrize("spelling", [False, 0, "0", "false", "FALSE", "off", "", "no"])
def test_switches_that_are_off(spelling: object) -> None:
    """The text "false" is off, although PHP itself would take it for on."""
    assert values.switch({"a": spelling}, "a", default=True) is False


def test_a_switch_of_unknown_spelling_is_refused() -> None:
    assert values.switch({}, "a", default=True) is True
    unknown: list[object] = ["maybe", 2, [], {}]
    for wrong in unknown:
        with pytest.raises(Untrustworthy):
            values.switch({"a": wrong}, "a")


@pytest.mark.parametrize(
    "none", ["0000-00-00", "0000-00-00 00:00:00", "-0001-11-30", "-0001-11-30T00:00:00.000000Z", "", None]
)
def test_zero_dates_are_none(none: object) -> None:
    """MySQL's zero date, and what PHP makes of it, mean that there is none."""
    assert values.day({"d": none}, "d", BERLIN) is None
    assert values.moment({"d": none}, "d", BERLIN) is None


def test_local_times_get_the_zone_of_the_installation() -> None:
    """A naive time is WHMCS's local one, summer and winter; the hour that comes twice is its first."""
    read = [
        values.moment({"d": text}, "d", BERLIN)
        for text in ("2026-01-15 12:00:00", "2026-07-15 12:00:00", "2026-10-25 02:30:00")
    ]
    assert [moment.astimezone(UTC).hour for moment in read if moment] == [11, 10, 0]
    assert values.moment({"d": "2026-01-15T12:00:00.000000Z"}, "d", BERLIN) == datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_dates_are_days() -> None:
    assert values.day({"d": "2026-02-28"}, "d", BERLIN) == date(2026, 2, 28)
    assert values.day({"d": "2026-02-28 23:59:59"}, "d", BERLIN) == date(2026, 2, 28)


@pytest.mark.parametrize("wrong", ["2026-02-30", "01/02/2026", "soon", 20260228, [], True])
def test_what_is_no_date_is_refused(wrong: object) -> None:
    with pytest.raises(Untrustworthy):
        values.day({"d": wrong}, "d", BERLIN)


def page(total: object, returned: object, start: object = 0) -> dict[str, Any]:
    return {"totalresults": total, "numreturned": returned, "startnumber": start}


def test_a_whole_page_is_trusted() -> None:
    """Numbers may be text; a page may be the last, or beyond the last."""
    assert paging.total(page("60", "25"), 25, 0, 25) == 60
    assert paging.total(page(60, 10, "50"), 10, 50, 25) == 60
    assert paging.total(page(0, 0), 0, 0, 25) == 0
    assert paging.total(page(60, 0, 75), 0, 75, 25) == 60
    assert paging.total({"totalresults": 1}, 1, 0, 25) == 1


@pytest.mark.parametrize(
    ("answer", "found", "start"),
    [
        (page(60, 25), 24, 0),
        (page(60, 25, 0), 25, 25),
        (page(60, 0), 0, 0),
        (page(60, 26), 26, 0),
        (page(3, 5), 5, 0),
        (page("many", 5), 5, 0),
        ({"numreturned": 5}, 5, 0),
        (page(None, 0), 0, 0),
    ],
    ids=["lost row", "other start", "none of 60", "too many", "more than all", "no number", "no total", "null total"],
)
def test_a_page_that_contradicts_itself_is_refused(answer: dict[str, Any], found: int, start: int) -> None:
    """A page that lost rows on the way is not shown as a shorter list."""
    with pytest.raises(Untrustworthy):
        paging.total(answer, found, start, 25)
