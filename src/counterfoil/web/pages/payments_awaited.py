"""Going to pay in WHMCS and what the pages say of it meanwhile. What is recorded: billing/payment_attempts.py."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from litestar import Response
from litestar.response import Redirect

from counterfoil.billing.announcements import Changed, announce
from counterfoil.billing.hand_offs.payments import PaymentPageUnavailable
from counterfoil.billing.payment_attempts import Attempt, Payer, Stages
from counterfoil.errors import CounterfoilError, TemporarilyUnavailable, Unavailable
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.hand_offs import Ask, redirect_to_whmcs
from counterfoil.web.services import Services


def payer_of(request: AnyRequest) -> Payer:
    viewer = viewer_of(request)
    return Payer(viewer.account_id, viewer.client)


async def payments_awaited(request: AnyRequest, services: Services) -> Stages:
    """Ask after the page's data was read."""
    return await services.payment_attempts.stages(payer_of(request))


async def go_to_pay(
    request: AnyRequest, services: Services, invoice_ids: Collection[int], ask: Ask, *, back_href: str
) -> Response[Any]:
    """`ask` raises what HandOffs.pay raises. `back_href`: the page that says how the payment stands; a second press of
    the same button leads there.
    """
    await services.limits.hit("sso_link", viewer_of(request).counted_as)
    plain = services.hand_offs.plain_page(list(invoice_ids))
    try:
        attempt = await services.payment_attempts.begin(payer_of(request), invoice_ids)
    except TemporarilyUnavailable as error:
        raise PaymentPageUnavailable(plain, retry_after=error.retry_after) from error
    if attempt is None:
        return Redirect(back_href, status_code=303, headers=NO_STORE)
    try:
        hand_off = await ask()
    except Unavailable as error:
        await _end(services, attempt, is_open=False)
        raise PaymentPageUnavailable(plain, retry_after=error.retry_after) from error
    except CounterfoilError:
        await services.payment_attempts.forget(attempt)
        raise
    await _end(services, attempt, is_open=hand_off.signed_in)
    return await redirect_to_whmcs(request, services, hand_off, back_href)


async def _end(services: Services, attempt: Attempt, *, is_open: bool) -> None:
    end = services.payment_attempts.opened if is_open else services.payment_attempts.failed
    with suppress(TemporarilyUnavailable):  # then the attempt is over within a minute; the link is not lost for it
        await end(attempt)
    for invoice_id in attempt.invoice_ids:
        await announce(services.cache, attempt.payer.client_id, Changed("invoice", invoice_id))
