"""The JSON API for invoices: parameters in, billing's answer out. Rules live in billing/invoices.py."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from counterfoil.billing.hand_offs import TOKEN_LIFETIME, HandOff
from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.billing.invoices.shown import InvoiceDetail, InvoiceItem, InvoiceList
from counterfoil.billing.reading import Reading, moment
from counterfoil.errors import InvoiceNotFound, ValidationFailed
from counterfoil.web.http.csv_files import Cell, csv_file
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices

JSON = "application/json"

MAX_ID = 2**31 - 1
"""WHMCS's ids are MySQL's int: what is larger names nothing, and is not worth asking for."""


class PaymentLink(Struct, frozen=True):
    """`expires_at` is None when WHMCS gives this account no one-time link: the customer signs in over there."""

    url: str
    expires_at: datetime | None
    signed_in: bool


@get("/api/v1/invoices", permission="invoices")
async def list_invoices(  # noqa: PLR0917 - query parameters, given by name
    request: AnyRequest,
    services: GivenServices,
    status: FromQuery[StatusFilter | None] = None,
    from_: Annotated[date | None, QueryParameter(name="from")] = None,
    to: FromQuery[date | None] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    sort: FromQuery[str] = "-date",
    page: Annotated[int, QueryParameter(ge=1)] = 1,
    page_size: Annotated[int, QueryParameter(ge=1, le=100)] = 25,
) -> Response[bytes]:
    viewer = viewer_of(request)
    order, descending = sort_of(sort)
    query = InvoiceQuery(status, from_, to, q, order, descending, page, page_size)
    reading: Reading[InvoiceList] = await services.invoices.page(viewer.client, query)
    body = msgspec.json.encode(reading.value)
    return await services.responses.respond(request, reading, body, permission="invoices", media_type=JSON)


@get(["/api/v1/invoices.csv", "/invoices.csv"], permission="invoices")
async def invoices_csv(  # noqa: PLR0917 - query parameters, given by name
    request: AnyRequest,
    services: GivenServices,
    status: FromQuery[StatusFilter | None] = None,
    from_: Annotated[date | None, QueryParameter(name="from")] = None,
    to: FromQuery[date | None] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    sort: FromQuery[str] = "-date",
) -> Response[Any]:
    """All matching invoices of one moment, in UTF-8 with a byte-order mark. The header `as-of` says of which."""
    viewer = viewer_of(request)
    order, descending = sort_of(sort)
    await services.limits.hit("csv", str(viewer.account_id))
    reading = await services.invoices.export(viewer.client, InvoiceQuery(status, from_, to, q, order, descending))
    rows = [_cells(item) for item in reading.value]
    name, known = f"invoices-{services.calendar.today()}.csv", request.headers.get("if-none-match", "")
    return await csv_file(name, CSV_COLUMNS, rows, moment(reading.as_of), known)


CSV_COLUMNS = (
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


@get("/api/v1/invoices/{invoice_id:str}", permission="invoices")
async def get_invoice(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[bytes]:
    viewer = viewer_of(request)
    reading: Reading[InvoiceDetail] = await services.invoices.detail(viewer.client, id_of(invoice_id))
    body = msgspec.json.encode(reading.value)
    return await services.responses.respond(request, reading, body, permission="invoices", media_type=JSON)


@post("/api/v1/invoices/{invoice_id:str}/payment-link", permission="invoices", status_code=200)
async def payment_link(
    request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]
) -> Response[PaymentLink]:
    viewer = viewer_of(request)
    await services.limits.hit("sso_link", str(viewer.account_id))
    return link_answer(await services.hand_offs.pay(viewer.client, viewer.user_id, id_of(invoice_id)))


@post("/api/v1/invoices/{invoice_id:str}/pdf-link", permission="invoices", status_code=200)
async def pdf_link(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[PaymentLink]:
    viewer = viewer_of(request)
    await services.limits.hit("sso_link", str(viewer.account_id))
    return link_answer(await services.hand_offs.pdf(viewer.client, viewer.user_id, id_of(invoice_id)))


def link_answer(hand_off: HandOff) -> Response[PaymentLink]:
    expires_at = datetime.now(UTC) + timedelta(seconds=TOKEN_LIFETIME) if hand_off.signed_in else None
    link = PaymentLink(hand_off.url, expires_at, hand_off.signed_in)
    return Response(link, headers={"cache-control": "no-store"}, media_type=JSON)


def id_of(text: str) -> int:
    """Raises InvoiceNotFound for what cannot be an invoice's id: like one that is not there."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and 0 < int(text) <= MAX_ID):
        raise InvoiceNotFound
    return int(text)


def sort_of(text: str) -> tuple[Sort, bool]:
    """A leading "-" is descending."""
    try:
        sort = Sort(text.removeprefix("-"))
    except ValueError:
        raise ValidationFailed(("sort", "This value is not valid.")) from None
    return sort, text.startswith("-")
