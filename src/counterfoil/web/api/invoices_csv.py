"""All invoices that match as a file for spreadsheets."""

from typing import Any

from litestar import Response, get

from counterfoil.billing.invoices.shown import InvoiceItem
from counterfoil.billing.reading import moment
from counterfoil.web.api.description.answers import CSV_HEADERS, Sent
from counterfoil.web.api.invoice_filters import FILTERED, GivenFilters
from counterfoil.web.api.spreadsheets import Layout, is_for_people, sheets_for
from counterfoil.web.http.csv_files import Cell, csv_file, told
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices
from counterfoil.web.views.spreadsheets import spelling_of

COLUMNS = (
    "id",
    "number",
    "status",
    "is_payable",
    "is_overdue",
    "is_partially_paid",
    "issued_on",
    "due_on",
    "paid_at",
    "currency",
    "total",
    "amount_due",
    "gateway",
)

_SENDS = Sent(
    "text/csv",
    ",".join(COLUMNS)
    + "\r\n1001,INV-2026-1001,unpaid,true,false,false,2026-11-09,2026-11-23,,EUR,120.00,120.00,stripe\r\n",
)


@get(
    ["/api/v1/invoices.csv", "/invoices.csv"],
    sends=_SENDS,
    sends_headers=CSV_HEADERS,
    permission="invoices",
    programs="read",
    dependencies=FILTERED,
)
async def invoices_csv(
    request: AnyRequest, services: GivenServices, filters: GivenFilters, layout: Layout = ""
) -> Response[Any]:
    """All matching invoices of one moment, in UTF-8 with a byte-order mark. The header `as-of` says of which."""
    viewer, for_people = viewer_of(request), is_for_people(layout)
    await services.limits.hit("csv", viewer.counted_as)
    reading = await services.invoices.export(viewer.client, filters)
    name, known = f"invoices-{services.calendar.today()}.csv", request.headers.get("if-none-match", "")
    if for_people:
        language, sheets = await sheets_for(request, services)
        sheet = sheets.invoices(reading.value)
        return await csv_file(name, *sheet, moment(reading.as_of), known, spelling=spelling_of(language))
    rows = [told(COLUMNS, _cells(item), item.unreadable) for item in reading.value]
    return await csv_file(name, COLUMNS, rows, moment(reading.as_of), known)


def _cells(item: InvoiceItem) -> tuple[Cell, ...]:
    return (
        item.id,
        item.number,
        item.status.value,
        item.is_payable,
        item.is_overdue,
        item.is_partially_paid,
        item.issued_on,
        item.due_on,
        item.paid_at,
        item.total.currency,
        item.total.amount,
        item.amount_due.amount,
        item.gateway,
    )
