"""The statement of account, a page to read and to print. What is on it: billing/statement/."""

from datetime import date

from litestar import Response, get

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import not_valid, period_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.gateway_names import with_gateways
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.statement import StatementPage


@get("/statement", permission="invoices", feature=Feature.STATEMENT, include_in_schema=False)
async def statement_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    # A form that was sent with an empty field means the default, too.
    first, last = (_day(name, request.query_params.get(name, "")) for name in ("from", "to"))
    period = period_of(first, last, services.calendar.today())
    reading, client = await services.statements.read(viewer_of(request).client, *period)
    gateways = {line.gateway for account in reading.value.accounts for line in account.lines}
    reading, name_of = await with_gateways(services, reading)
    names = {gateway: name_of(gateway) for gateway in gateways}
    page = StatementPage(statement=reading.value, client=client, gateway_names=names)
    return await respond_page(request, services, reading, page, client)


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise not_valid(name) from None
