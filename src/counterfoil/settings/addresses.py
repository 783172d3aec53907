"""Parsers of the URLs among the settings. Those of a Redis: redis_url.py; of a database: database_url.py; what else is
asked of a URL: urls.py.
"""

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from counterfoil.urls import is_loopback


def split_url(value: str) -> SplitResult:
    """Raises ValueError without the text: what Python has to say about a URL quotes it, passwords included."""
    try:
        parts = urlsplit(value)
        is_valid = parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError("is no valid URL (what is special in a name or a password must be percent-encoded)")
    return parts


def check_scheme(value: str, *schemes: str) -> None:
    if not value.startswith(schemes):
        raise ValueError("must start with " + " or ".join(schemes))


# Each parser takes a non-empty text and raises ValueError with the rule that it breaks.


def url(value: str) -> str:
    parts = split_url(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http(s) URL without a query")
    if "@" in parts.netloc:
        # It stands in links and headers that everybody sees.
        raise ValueError("must not hold a name or a password")
    return value.rstrip("/")


def issuer(value: str) -> str:
    """Kept as it is, for it is compared letter for letter, a slash at its end included."""
    parts = urlsplit(url(value))
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https, unless it is a loopback address")
    return value


def public_url(value: str) -> str:
    plain = url(value)
    parts = urlsplit(plain)
    if parts.path:
        raise ValueError("must be an origin, without a path")
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("must be https, unless it is a loopback address")
    return plain


def link(*schemes: str) -> Callable[[str], str]:
    """An address on this portal, or one of these schemes: `javascript:` is one too."""

    def parse(value: str) -> str:
        if not value.startswith("/") or value.startswith("//"):
            check_scheme(value, *schemes)
        split_url(value)
        return value

    return parse
