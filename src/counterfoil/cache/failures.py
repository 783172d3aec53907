"""Shared failures by their code, the only thing of them that is stored."""

from counterfoil import errors

_BY_CODE: dict[str, type[errors.Unavailable]] = {
    kind.code: kind for kind in (errors.BillingUnavailable, errors.CrmUnavailable, errors.TemporarilyUnavailable)
}


def failure_of(code: str) -> errors.Unavailable:
    return _BY_CODE.get(code, errors.BillingUnavailable)("the same failure as a moment ago")
