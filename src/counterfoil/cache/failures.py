"""Shared failures: the code, and the request that met it first, for whoever looks up why. Nothing else is stored."""

from counterfoil import errors, log

_BY_CODE: dict[str, type[errors.Unavailable]] = {
    # Told apart from an outage here as well: whoever goes on without a record does so, whoever fetched it.
    "record_unreadable": errors.RecordUnreadable,
    **{kind.code: kind for kind in (errors.BillingUnavailable, errors.CrmUnavailable, errors.TemporarilyUnavailable)},
}


def code_of(error: BaseException) -> str:
    """As it is shared. Empty for what is not: a bug or a refusal."""
    if not isinstance(error, errors.Unavailable):
        return ""
    error.first = error.first or log.request_id.get()
    code = "record_unreadable" if isinstance(error, errors.RecordUnreadable) else error.code
    return f"{code} {error.first}"


def failure_of(shared: str) -> errors.Unavailable:
    code, _, first = shared.partition(" ")
    failure = _BY_CODE.get(code, errors.BillingUnavailable)("the same failure as a moment ago")
    failure.first = first
    return failure
