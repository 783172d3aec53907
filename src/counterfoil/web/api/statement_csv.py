"""The statement of account as a file. What is on it: billing/statement/."""

from collections.abc import Iterator
from typing import Any

from litestar import Response, get

from counterfoil.billing.reading import moment
from counterfoil.billing.statement.account import Statement
from counterfoil.errors import StatementTooLong
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import CSV_HEADERS, Sent
from counterfoil.web.api.spreadsheets import Layout, is_for_people, sheets_for
from counterfoil.web.http.csv_files import Cell, csv_file
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import FirstDay, LastDay, day_of, period_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices
from counterfoil.web.views.spreadsheets import spelling_of

COLUMNS = ("date", "kind", "currency", "amount", "balance", "invoice_id", "number", "text", "gateway", "reference")

_SENDS = Sent(
    "text/csv", ",".join(COLUMNS) + "\r\n2026-11-23,payment,EUR,-120.00,0.00,1001,INV-2026-1001,,stripe,ch_1\r\n"
)


@get(
    ["/api/v1/statement.csv", "/statement.csv"],
    sends=_SENDS,
    sends_headers=CSV_HEADERS,
    errors=(StatementTooLong,),
    permission="invoices",
    programs="read",
    feature=Feature.STATEMENT,
)
async def statement_csv(
    request: AnyRequest,
    services: GivenServices,
    from_: FirstDay = "",
    to: LastDay = "",
    layout: Layout = "",
) -> Response[Any]:
    """In UTF-8 with a byte-order mark; of each currency an `opening` row, the entries, a `closing` row."""
    viewer, for_people = viewer_of(request), is_for_people(layout)
    period = period_of(day_of("from", from_), day_of("to", to), services.calendar.today())
    await services.limits.hit("csv", viewer.counted_as)
    reading, _ = await services.statements.read(viewer.client, *period)
    name, known = f"statement-{period.first}-{period.last}.csv", request.headers.get("if-none-match", "")
    if for_people:
        language, sheets = await sheets_for(request, services)
        sheet = sheets.statement(reading.value)
        return await csv_file(name, *sheet, moment(reading.as_of), known, spelling=spelling_of(language))
    return await csv_file(name, COLUMNS, list(_rows(reading.value)), moment(reading.as_of), known)


def _rows(shown: Statement) -> Iterator[tuple[Cell, ...]]:
    for account in shown.accounts:
        yield shown.first, "opening", account.currency, None, account.opening.amount, None, "", "", "", ""
        for line in account.lines:
            amounts = (account.currency, line.amount.amount, line.balance.amount)
            about = (line.invoice_id, line.number, line.text, line.gateway, line.reference)
            yield line.date, line.kind.value, *amounts, *about
        yield shown.last, "closing", account.currency, None, account.closing.amount, None, "", "", "", ""
