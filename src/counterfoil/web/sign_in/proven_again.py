"""Whether whoever is signed in has just proven who they are, as what reaches further than a page asks for."""

import time
from datetime import datetime

from counterfoil.accounts import session_rows
from counterfoil.errors import FreshSignInRequired
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.http.visits import session_of
from counterfoil.web.services import Services
from counterfoil.web.sign_in.sessions import counting_failures

RECENT = 300
"""Seconds after somebody proved who they are, by whichever way, for which nothing more is asked."""


async def is_fresh(request: AnyRequest, services: Services, password: str) -> bool:
    """`password`: as given again with the request, "" when it was not; where OIDC is the way in, it counts for nothing.

    Raises SignInFailed, TwoFactorRequired, RateLimited, BillingUnavailable.
    """
    if await _confirmed(request, services, password):
        return True
    found = await session_rows.proof(services.engine, session_of(request).key)
    return found is not None and _is_recent(found.proven_at)


async def has_signed_in_lately(request: AnyRequest, services: Services) -> bool:
    """Less than `is_fresh`, for what gains nobody anything: where a provider does not say since when it has known them,
    signing in counts.
    """
    found = await session_rows.proof(services.engine, session_of(request).key)
    return found is not None and _is_recent(found.proven_at or found.began_at)


async def require_sign_in_lately(request: AnyRequest, services: Services, password: str = "") -> None:
    """Raises FreshSignInRequired, and what `is_fresh` raises."""
    if not (await _confirmed(request, services, password) or await has_signed_in_lately(request, services)):
        raise FreshSignInRequired


async def _confirmed(request: AnyRequest, services: Services, password: str) -> bool:
    if not password or services.settings.oidc_issuer:
        return False
    viewer = viewer_of(request)
    async with counting_failures(request, services, viewer.email):
        await services.sign_in.confirm(viewer.email, viewer.user_id, password)
    return True


def _is_recent(moment: datetime | None) -> bool:
    return moment is not None and time.time() - moment.timestamp() <= RECENT
