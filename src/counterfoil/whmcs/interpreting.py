"""What WHMCS's API methods share: what cannot be trusted becomes BillingUnavailable and a log line."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from counterfoil.errors import BillingUnavailable, RecordUnreadable
from counterfoil.whmcs.client import WhmcsRefused
from counterfoil.whmcs.failures import KINDS
from counterfoil.whmcs.wire.values import Untrustworthy

_log = structlog.get_logger(__name__)


def real_id(whmcs_id: int) -> int:
    if whmcs_id < 1:
        raise ValueError("WHMCS takes an id of 0 as no condition at all")
    return whmcs_id


@contextmanager
def interpreting(action: str) -> Iterator[None]:
    """Turns what only this room understands into BillingUnavailable and a log line."""
    try:
        yield
    except Untrustworthy as problem:
        raise unavailable(action, "untrustworthy", str(problem)) from None
    except WhmcsRefused:
        raise unavailable(action, "refused", "an error that the portal does not expect here") from None


def unavailable(action: str, reason: str, problem: str) -> BillingUnavailable:
    """What contradicts itself is one record's fault; a refusal that nobody expects may be about anything."""
    hint = KINDS[reason].hint
    _log.warning("WHMCS answer not usable", action=action, reason=reason, problem=problem, hint=hint)
    kind = RecordUnreadable if reason == "untrustworthy" else BillingUnavailable
    return kind(action, reason, hint)
