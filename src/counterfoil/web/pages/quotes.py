"""Quotes as a page, and the way to accept one in WHMCS. Rules live in billing/quotes.py."""

from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged, record_id_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.hand_offs import hand_over
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.navigation import QUOTES
from counterfoil.web.views.quotes import QuotesPage


@get("/quotes", permission="quotes", feature=Feature.QUOTES, include_in_schema=False)
async def quotes_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.quotes.read(viewer_of(request).client)
    view = QuotesPage(paged(reading, page), services.calendar.today())
    return await respond_page(request, services, reading, view, client)


@post(
    "/quotes/{quote_id:str}/answer",
    permission="quotes",
    feature=Feature.QUOTES,
    same_account=True,
    after_sign_in=QUOTES.href,
    include_in_schema=False,
)
async def answer(request: AnyRequest, services: GivenServices, quote_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), record_id_of(quote_id)
    ask = partial(services.self_service.answer_quote, viewer.client, viewer.user_id, number)
    return await hand_over(request, services, ask, back_href=QUOTES.href)
