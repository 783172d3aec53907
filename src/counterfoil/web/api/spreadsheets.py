"""Which of two ways a CSV file is written: for programs, or for a person's spreadsheet."""

from typing import Annotated, TypeAlias

from litestar.params import QueryParameter

from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import not_valid
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import Services
from counterfoil.web.views.money.gateways import naming
from counterfoil.web.views.shell import language_for
from counterfoil.web.views.spreadsheets import Sheets

SPREADSHEET = "spreadsheet"

Layout: TypeAlias = Annotated[
    str,
    QueryParameter(
        schema_extra={"enum": ["", SPREADSHEET]},
        description="`spreadsheet`: heads, words, numbers and days in the reader's language.",
    ),
]


def is_for_people(layout: str) -> bool:
    """Raises ValidationFailed."""
    if layout not in ("", SPREADSHEET):
        raise not_valid("layout")
    return layout == SPREADSHEET


async def sheets_for(request: AnyRequest, services: Services) -> tuple[str, Sheets]:
    """The reader's language, and what is written in it."""
    viewer = viewer_of(request)
    client = await services.clients.cached(viewer.client)
    language = language_for(request, viewer, client)
    return language, Sheets(language, naming((await services.gateways.read()).value))
