"""Tables as CSV files (RFC 4180) that spreadsheets open without harm. Which columns a table has, its own file says."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from litestar.response import Stream

Cell = str | int | bool | Decimal | date | datetime | None

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel reads UTF-8 as the machine's old code page and spoils every name that is not English. Other readers
skip it: Python's is called utf-8-sig."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - as Japanese Excel takes them
"""What a spreadsheet takes for the beginning of something to be carried out.
https://owasp.org/www-community/attacks/CSV_Injection"""

_ROWS_A_CHUNK = 200


def csv_file(name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], as_of: datetime) -> Stream:
    """Called when everything is known: what begins to be sent can be sent to its end. Were it cut off all the same, the
    chunked answer lacks its end, and browsers say that the download failed.
    """
    headers = {
        "cache-control": "private, no-cache",
        "vary": "Cookie",
        "content-disposition": f'attachment; filename="{name}"',
        "as-of": as_of.isoformat().replace("+00:00", "Z"),
    }
    return Stream(_chunks(columns, rows), media_type="text/csv", headers=headers)


async def _chunks(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> AsyncIterator[bytes]:
    yield (BYTE_ORDER_MARK + _lines([columns])).encode()
    for start in range(0, len(rows), _ROWS_A_CHUNK):
        yield _lines(rows[start : start + _ROWS_A_CHUNK]).encode()
        await asyncio.sleep(0)  # others are served in between


def _lines(rows: Iterable[Sequence[Cell]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([_written(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _written(cell: Cell) -> str:
    """Numbers stay numbers, whatever their sign; only text can be taken for a formula."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case Decimal():
            return f"{cell:f}"
        case str():
            return f"'{cell}" if cell.startswith(_FORMULA) else cell
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
