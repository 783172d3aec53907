"""Why something failed, as one sentence for the log and for support. What the customer reads stands in errors.py."""

from counterfoil.errors import CounterfoilError, Refused

DEEPEST = 3
"""Causes behind the cause that are told."""

LONGEST = 500
"""Characters of one cause's words."""


def sentence(error: BaseException) -> str:
    """Its own words, then those of what it was raised from: a database's and a cache's are the exception's own."""
    told, cause = [_words(error)], error.__cause__
    while cause is not None and len(told) <= DEEPEST:
        told.append(_words(cause))
        cause = cause.__cause__
    return ": ".join(told)


def _words(error: BaseException) -> str:
    texts = [str(each)[:LONGEST] for each in error.args]
    match error:
        case Refused():
            return f"{error.detail.rstrip('.')} ({', '.join(texts)})" if texts else error.detail.rstrip(".")
        case CounterfoilError() if len(texts) == 3:  # whmcs/client.py: action, reason and hint
            action, reason, hint = texts
            return f"{action} failed ({reason}): {hint}"
        case CounterfoilError():
            return ": ".join(texts) or error.detail.rstrip(".")
    # Of a statement only what the driver said: the rest holds the values that it was given.
    said = getattr(error, "orig", None) or error
    return f"{type(said).__name__}: {str(said).partition(chr(10))[0][:LONGEST]}".removesuffix(": ")
