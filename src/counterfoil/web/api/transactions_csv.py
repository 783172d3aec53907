"""All payments and refunds as a file for spreadsheets."""

from typing import Any

from litestar import Response, get

from counterfoil.billing.reading import moment
from counterfoil.billing.transactions import TransactionItem
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import CSV_HEADERS, Sent
from counterfoil.web.api.spreadsheets import Layout, is_for_people, sheets_for
from counterfoil.web.http.csv_files import Cell, csv_file, told
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices
from counterfoil.web.views.spreadsheets import spelling_of

COLUMNS = ("id", "date", "kind", "currency", "amount", "gateway", "description", "reference", "invoice_id")

_SENDS = Sent(
    "text/csv", ",".join(COLUMNS) + "\r\n1001,2026-11-23,payment,EUR,120.00,stripe,Invoice payment,ch_3PqZ,1001\r\n"
)


@get(
    ["/api/v1/transactions.csv", "/transactions.csv"],
    sends=_SENDS,
    sends_headers=CSV_HEADERS,
    permission="invoices",
    feature=Feature.TRANSACTIONS,
    programs="read",
)
async def transactions_csv(request: AnyRequest, services: GivenServices, layout: Layout = "") -> Response[Any]:
    """Newest first, in UTF-8 with a byte-order mark; a refund is below 0. The header `as-of` says of which moment."""
    viewer, for_people = viewer_of(request), is_for_people(layout)
    await services.limits.hit("csv", viewer.counted_as)
    reading, _ = await services.transactions.read(viewer.client)
    name, known = f"transactions-{services.calendar.today()}.csv", request.headers.get("if-none-match", "")
    if for_people:
        language, sheets = await sheets_for(request, services)
        sheet = sheets.transactions(reading.value)
        return await csv_file(name, *sheet, moment(reading.as_of), known, spelling=spelling_of(language))
    rows = [told(COLUMNS, _cells(each), each.unreadable) for each in reading.value]
    return await csv_file(name, COLUMNS, rows, moment(reading.as_of), known)


def _cells(each: TransactionItem) -> tuple[Cell, ...]:
    return (
        each.id,
        each.date,
        each.kind.value,
        each.amount.currency,
        each.amount.amount,
        each.gateway,
        each.description,
        each.reference,
        each.invoice_id,
    )
