"""The statement of account: JSON for programs, a page to read and to print. What is on it: billing/statement.py."""

from datetime import date
from typing import Annotated, ClassVar, NamedTuple

import msgspec
from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from counterfoil.billing.statement.account import Account, Statement
from counterfoil.errors import ValidationFailed
from counterfoil.model import Client
from counterfoil.web.api.invoices import JSON
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.shells import HTML, shell_with
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.pages import INVOICES, View


class StatementPage(View, frozen=True):
    template: ClassVar[str] = "statement.html"
    section: ClassVar[str] = INVOICES.section

    statement: Statement
    client: Client

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def href(self) -> str:
        return f"/statement?from={self.statement.first}&to={self.statement.last}"

    @staticmethod
    def sums(account: Account) -> list[tuple[str, str]]:
        """Label and field of what stands between the opening and the closing balance, if there is any of it."""
        return [(label, name) for label, name in _SUMS if getattr(account, name).amount]


_SUMS = (
    (translatable("Invoices"), "invoiced"),
    (translatable("Payments"), "paid"),
    (translatable("Refunds"), "refunded"),
    (translatable("Credit"), "credited"),
    (translatable("Cancellations and adjustments"), "adjusted"),
)


class _Period(NamedTuple):
    first: date
    last: date


@get("/api/v1/statement", permission="invoices")
async def statement_json(
    request: AnyRequest,
    services: GivenServices,
    from_: Annotated[date | None, QueryParameter(name="from")] = None,
    to: FromQuery[date | None] = None,
) -> Response[bytes]:
    """An account for each currency; `difference` is what it has more than WHMCS's own figures. Default: this year."""
    period = _period(services, from_, to)
    reading, _ = await services.statements.read(viewer_of(request).client, *period)
    body = msgspec.json.encode(reading.value)
    return await services.responses.respond(request, reading, body, permission="invoices", media_type=JSON)


@get("/statement", permission="invoices", include_in_schema=False)
async def statement_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    # A form that was sent with an empty field means the default, too.
    period = _period(services, *(_day(name, request.query_params.get(name, "")) for name in ("from", "to")))
    reading, client = await services.statements.read(viewer_of(request).client, *period)
    page = StatementPage(statement=reading.value, client=client)
    body = services.renderer.page(page, shell_with(request, viewer_of(request), client))
    return await services.responses.respond(request, reading, body, permission="invoices", media_type=HTML)


def _period(services: Services, first: date | None, last: date | None) -> _Period:
    today = services.calendar.today()
    last = last or max(today, first or today)
    first = first or date(last.year, 1, 1)
    if first > last:
        raise ValidationFailed(("to", translatable("The period ends before it begins.")))
    return _Period(first, last)


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationFailed((name, translatable("This value is not valid."))) from None
