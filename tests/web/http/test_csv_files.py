"""What stands in a CSV file."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from counterfoil.web.http.csv_files import csv_file


@pytest.mark.anyio
async def test_spreadsheets_find_no_formula() -> None:
    """Text that begins like one is marked as text; numbers stay numbers, whatever their sign."""
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", 'a,"b"\r\nc', "'", "", "plain"]  # noqa: RUF001
    rows = [[text, Decimal("-1234567890123.50"), Decimal("1E+3"), None, True, date(2026, 1, 2)] for text in hostile]
    stream = await csv_file("x.csv", ["text", "number", "large", "none", "flag", "day"], rows, datetime.now(UTC))
    content = b"".join([chunk async for chunk in stream.iterator]).decode("utf-8-sig")  # type: ignore[union-attr,misc]
    read = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert [row[0] for row in read] == [f"'{text}" for text in hostile[:8]] + hostile[8:]
    assert {tuple(row[1:]) for row in read} == {("-1234567890123.50", "1000", "", "true", "2026-01-02")}
