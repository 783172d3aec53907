"""Whether whoever is signed in has just proven who they are, as what reaches further than a page asks for."""

import time

from counterfoil.accounts import session_rows
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
    if password and not services.settings.oidc_issuer:
        viewer = viewer_of(request)
        async with counting_failures(request, services, viewer.email):
            await services.sign_in.confirm(viewer.email, viewer.user_id, password)
        return True
    # Not when the session began: a provider lets people in whom it has known since the morning.
    proven_at = await session_rows.proven_at(services.engine, session_of(request).key)
    return proven_at is not None and time.time() - proven_at.timestamp() <= RECENT
