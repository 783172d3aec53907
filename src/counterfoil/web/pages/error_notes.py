"""What is noted of an error that is answered: a line in the log, and the reference for the staff console."""

from datetime import UTC, datetime

import structlog
from litestar.types import HTTPScope

from counterfoil.accounts.console.failures import Failure, RecentFailures
from counterfoil.causes import sentence
from counterfoil.errors import CounterfoilError, CrossSiteRequest, PermissionDenied, Unavailable
from counterfoil.web.http.http_errors import InternalError, UnderMaintenance
from counterfoil.web.http.request_context import context_of, route_of

_log = structlog.get_logger(__name__)


def note(scope: HTTPScope, known: CounterfoilError, error: Exception, failures: RecentFailures) -> None:
    """One line for what an operator may have to act on. Other refusals have the line of their request; their reference
    is kept only of people who are signed in, for strangers can be refused without end.
    """
    context = context_of(scope)
    context.code = known.code
    if isinstance(known, UnderMaintenance):
        return  # it is so for everybody, and the operator knows why
    is_told = isinstance(known, InternalError | Unavailable | CrossSiteRequest | PermissionDenied)
    reason = sentence(error) if is_told else known.detail.rstrip(".")
    first = known.first if isinstance(known, Unavailable) and known.first != context.request_id else ""
    about = {
        "route": route_of(scope),
        "code": known.code,
        "account": context.account_id or None,
        "client": context.client_id or None,
    }
    if isinstance(known, InternalError):
        _log.error("unexpected error", **about, reason=reason, exc_info=error)
    elif isinstance(known, Unavailable):
        _log.warning("answered unavailable", **about, reason=reason, **({"first": first} if first else {}))
    elif is_told:
        _log.info("refused", **about, reason=reason)
    if is_told or context.account_id:
        failures.note(
            Failure(
                context.request_id,
                datetime.now(UTC),
                context.account_id,
                context.client_id,
                f"{scope['method'][:16]} {route_of(scope)}",
                known.status,
                known.code,
                reason,
                first,
            )
        )
