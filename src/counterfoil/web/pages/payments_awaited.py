"""Which invoices this browser has gone to pay: remembered in a cookie, so that nothing is offered for paying twice."""

import time
from typing import NamedTuple

from litestar.datastructures import Cookie

from counterfoil.billing.hand_offs import MOST_TOGETHER
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.http.response_cache import PAYING, PAYING_COOKIE, cookie_of
from counterfoil.web.services import Services

CHECKING = 300
"""Seconds for which a page says that a payment is being checked instead of offering to pay again."""

UNCONFIRMED = 900
"""Seconds until which it then says that the payment is not confirmed yet."""


def payments_started(request: AnyRequest) -> dict[int, int]:
    """Invoices that this browser has gone to pay lately, and when (Unix seconds). Only words on its own pages depend
    on it, so the cookie is not signed. The list's address says it in the first moments, before there is a cookie.
    """
    started: dict[int, int] = {}
    told = f"{cookie_of(context_of(request.scope).headers, PAYING)}.{request.query_params.get('awaiting', '')}"
    for item in told.split("."):
        number, _, when = item.partition("-")
        if number.isdecimal() and when.isdecimal() and len(item) < 24:
            started[int(number)] = int(when)
    return started


def paying_cookie(request: AnyRequest, services: Services, *gone_to_pay: int) -> Cookie:
    """With these invoices as well, from now on."""
    started = payments_started(request) | dict.fromkeys(gone_to_pay, int(time.time()))
    latest = sorted(started.items(), key=lambda item: item[1])[-MOST_TOGETHER:]
    return Cookie(
        key=PAYING_COOKIE,
        value=".".join(f"{number}-{when}" for number, when in latest),
        max_age=UNCONFIRMED,
        path="/",
        secure=services.settings.is_https,
        httponly=True,
        samesite="lax",
    )


class AwaitedPayments(NamedTuple):
    """Of the invoices that this browser has gone to pay, and when what is said of them changes (Unix seconds)."""

    checking: frozenset[int]
    unconfirmed: frozenset[int]
    until: float


def payments_awaited(request: AnyRequest) -> AwaitedPayments:
    ages = {invoice_id: time.time() - since for invoice_id, since in payments_started(request).items()}
    return AwaitedPayments(
        frozenset(invoice_id for invoice_id, age in ages.items() if age < CHECKING),
        frozenset(invoice_id for invoice_id, age in ages.items() if CHECKING <= age < UNCONFIRMED),
        min((change for age in ages.values() for change in words_change_at(age)), default=float("inf")),
    )


def words_change_at(away_for: float) -> list[float]:
    """The next moments, as Unix time, at which a page about an invoice that is being paid says something else."""
    return [time.time() + limit - away_for for limit in (CHECKING, UNCONFIRMED) if away_for < limit]
