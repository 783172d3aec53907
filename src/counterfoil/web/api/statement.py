"""The JSON API for the statement of account. What is on it: billing/statement/."""

from litestar import Response, get

from counterfoil.billing.statement.account import Statement
from counterfoil.errors import StatementTooLong
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import FirstDay, LastDay, day_of, period_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get(
    "/api/v1/statement",
    responses=answers(Statement),
    errors=(StatementTooLong,),
    permission="invoices",
    feature=Feature.STATEMENT,
    programs="read",
)
async def statement_json(
    request: AnyRequest,
    services: GivenServices,
    from_: FirstDay = "",
    to: LastDay = "",
) -> Response[bytes]:
    """An account for each currency; `difference` is what it has more than WHMCS's own figures. Default: this year."""
    period = period_of(day_of("from", from_), day_of("to", to), services.calendar.today())
    reading, _ = await services.statements.read(viewer_of(request).client, *period)
    return await respond_json(request, services, reading, reading.value)
