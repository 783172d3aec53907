"""Where every sign-in ends, whichever the way in: with a session, or refused. What has to know of it is told here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from counterfoil.accounts.people import Account
from counterfoil.accounts.session_rows import Arrival
from counterfoil.errors import CounterfoilError
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.http.visits import visit_of
from counterfoil.web.recording import count_refusal, record_sign_in
from counterfoil.web.services import Services

_log = structlog.get_logger(__name__)


async def admitted(request: AnyRequest, services: Services, account: Account, proven_at: float | None) -> str:
    """The value of the cookie of a new session, in place of the one that this browser had. `proven_at`: when the person
    showed who they are, in Unix seconds; None where nobody says.

    Raises NotSignedIn when WHMCS has no such user any more, BillingUnavailable when it does not say.
    """
    where, before = context_of(request.scope).address, visit_of(request)
    moment = None if proven_at is None else datetime.fromtimestamp(proven_at, UTC)
    arrival = Arrival(where, request.headers.get("user-agent", ""), moment)
    cookie = await services.sessions.open(account, arrival, replaces=before and before.handle)
    _log.info("signed in", account=account.id, address=where)
    services.tally.sign_ins["ok"] += 1
    await record_sign_in(request, services, account.id, "openid" if services.settings.oidc_issuer else "password")
    return cookie


@asynccontextmanager
async def noting_refusal(request: AnyRequest, services: Services, email: str = "") -> AsyncIterator[None]:
    """Around everything that may refuse a sign-in. Neither address nor password of the person is noted; the audit trail
    finds by `email`, as it was typed, whose account it is.
    """
    try:
        yield
    except CounterfoilError as error:
        _log.info("sign-in refused", code=error.code, address=context_of(request.scope).address)
        services.tally.sign_ins[error.code] += 1
        count_refusal(request, services, error, email)
        raise
