"""Tables as CSV files (RFC 4180) that spreadsheets open without harm. Which columns a table has, its own file says."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from litestar import Response
from litestar.response import Stream
from msgspec import Struct

from counterfoil.web.http.conditional import etag_of, is_known

Cell = str | int | bool | Decimal | date | datetime | None

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel reads UTF-8 as the machine's old code page and spoils every name that is not English. Other readers
skip it: Python's is called utf-8-sig."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - as Japanese Excel takes them
"""What a spreadsheet takes for the beginning of something to be carried out.
https://owasp.org/www-community/attacks/CSV_Injection"""

UNREADABLE = "unreadable"
"""Stands in a cell whose value WHMCS has and cannot be read: an empty one would say that there is none."""

_ROWS_A_CHUNK = 200


class Spelling(Struct, frozen=True):
    """How a file is written. As it stands: for programs, the same for everybody."""

    delimiter: str = ","
    point: str = "."
    day: str = ""
    """As strftime takes it; without it as ISO 8601."""


FOR_PROGRAMS = Spelling()


def told(columns: Sequence[str], cells: Sequence[Cell], unreadable: Collection[str]) -> tuple[Cell, ...]:
    """A row that names what is missing in it. `unreadable`: columns."""
    named = zip(columns, cells, strict=True)
    return tuple(UNREADABLE if column in unreadable else cell for column, cell in named)


async def csv_file(
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    as_of: datetime,
    if_none_match: str = "",
    *,
    spelling: Spelling = FOR_PROGRAMS,
) -> Response[Any]:
    """Called when everything is known: what begins to be sent can be sent to its end. Were it cut off all the same, the
    chunked answer lacks its end, and browsers say that the download failed. 304 to who has this content already.
    """
    chunks = [chunk async for chunk in _chunks(columns, rows, spelling)]
    etag = etag_of(b"".join(chunks))
    headers = {
        "cache-control": "private, no-cache",
        "vary": "Cookie",
        "etag": etag,
        "as-of": as_of.isoformat().replace("+00:00", "Z"),
    }
    if is_known(if_none_match, etag):
        return Response(b"", status_code=304, media_type="text/csv", headers=headers)
    headers["content-disposition"] = f'attachment; filename="{name}"'
    return Stream(_one_by_one(chunks), media_type="text/csv", headers=headers)


async def _chunks(columns: Sequence[str], rows: Sequence[Sequence[Cell]], spelling: Spelling) -> AsyncIterator[bytes]:
    yield (BYTE_ORDER_MARK + _lines([columns], spelling)).encode()
    for start in range(0, len(rows), _ROWS_A_CHUNK):
        yield _lines(rows[start : start + _ROWS_A_CHUNK], spelling).encode()
        await asyncio.sleep(0)  # others are served in between


async def _one_by_one(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _lines(rows: Iterable[Sequence[Cell]], spelling: Spelling) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=spelling.delimiter)
    writer.writerows([_written(cell, spelling) for cell in row] for row in rows)
    return buffer.getvalue()


def _written(cell: Cell, spelling: Spelling) -> str:
    """Numbers stay numbers, whatever their sign; only text can be taken for a formula."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case Decimal():
            return f"{cell:f}".replace(".", spelling.point)
        case str():
            return f"'{cell}" if cell.startswith(_FORMULA) else cell
        case date():
            is_day = spelling.day and not isinstance(cell, datetime)
            return cell.strftime(spelling.day) if is_day else cell.isoformat()
        case _:
            return str(cell)
