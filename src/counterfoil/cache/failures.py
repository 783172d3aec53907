"""Shared failures by their code, the only thing of them that is stored."""

from counterfoil import errors

_BY_CODE: dict[str, type[errors.Unavailable]] = {
    # Told apart from an outage here as well: whoever goes on without a record does so, whoever fetched it.
    "record_unreadable": errors.RecordUnreadable,
    **{kind.code: kind for kind in (errors.BillingUnavailable, errors.CrmUnavailable, errors.TemporarilyUnavailable)},
}


def code_of(error: BaseException) -> str:
    """Empty for what is not shared: a bug or a refusal."""
    if isinstance(error, errors.RecordUnreadable):
        return "record_unreadable"
    return error.code if isinstance(error, errors.Unavailable) else ""


def failure_of(code: str) -> errors.Unavailable:
    return _BY_CODE.get(code, errors.BillingUnavailable)("the same failure as a moment ago")
