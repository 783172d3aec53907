"""The JSON API for the statement of account. What is on it: billing/statement/."""

from datetime import date
from typing import Annotated

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from counterfoil.billing.statement.account import Statement
from counterfoil.errors import StatementTooLong
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import period_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get(
    "/api/v1/statement",
    responses=answers(Statement),
    errors=(StatementTooLong,),
    permission="invoices",
    programs="read",
)
async def statement_json(
    request: AnyRequest,
    services: GivenServices,
    from_: Annotated[date | None, QueryParameter(name="from")] = None,
    to: FromQuery[date | None] = None,
) -> Response[bytes]:
    """An account for each currency; `difference` is what it has more than WHMCS's own figures. Default: this year."""
    period = period_of(from_, to, services.calendar.today())
    reading, _ = await services.statements.read(viewer_of(request).client, *period)
    return await respond_json(request, services, reading, reading.value)
