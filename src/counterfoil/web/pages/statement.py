"""The statement of account, a page to read and to print. What is on it: billing/statement/."""

from datetime import date

from litestar import Response, get

from counterfoil.errors import ValidationFailed
from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Period, day_of, period_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.gateway_names import with_gateways
from counterfoil.web.pages.page_responses import respond_page, respond_unstored
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.periods import PeriodForm
from counterfoil.web.views.statement import StatementPage

_LONGEST = 100
"""Characters of what was typed that are shown again."""


@get("/statement", permission="invoices", feature=Feature.STATEMENT, include_in_schema=False)
async def statement_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """A period that is none keeps its form, and says at the field what is wrong."""
    first, last = (request.query_params.get(name, "")[:_LONGEST] for name in ("from", "to"))
    today = services.calendar.today()
    try:
        return await _of_period(request, services, _period(first, last, today))
    except ValidationFailed as wrong:
        form = PeriodForm(first, last, today, wrong.errors)
        return await respond_unstored(request, services, StatementPage(form), status=wrong.status)


async def _of_period(request: AnyRequest, services: Services, period: Period) -> Response[bytes]:
    reading, client = await services.statements.read(viewer_of(request).client, *period)
    gateways = {line.gateway for account in reading.value.accounts for line in account.lines}
    reading, name_of = await with_gateways(services, reading)
    names = {gateway: name_of(gateway) for gateway in gateways}
    form = PeriodForm(str(period.first), str(period.last), services.calendar.today())
    page = StatementPage(form, reading.value, client, names)
    return await respond_page(request, services, reading, page, client)


def _period(first: str, last: str, today: date) -> Period:
    """Of a form: an empty field means the default, too. Raises ValidationFailed for every field that is wrong."""
    days: dict[str, date | None] = {}
    wrong = []
    for name, text in (("from", first), ("to", last)):
        try:
            days[name] = day_of(name, text)
        except ValidationFailed:
            wrong.append((name, _MESSAGES[name]))
    if wrong:
        raise ValidationFailed(*wrong)
    return period_of(days["from"], days["to"], today)


_MESSAGES = {
    "from": translatable("Enter the first day as a date, such as 2026-01-31."),
    "to": translatable("Enter the last day as a date, such as 2026-01-31."),
}
