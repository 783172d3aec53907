"""Whether a one-time link leads to WHMCS and nowhere else. Who may have one: billing."""

import re
from urllib.parse import urlsplit

from counterfoil.urls import origin

# Browsers drop tabs and line breaks inside an address and read a backslash as a slash; Python does not.
_PLAIN = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2000}", re.ASCII)


def has_origin_of(url: str, base: str) -> bool:
    """Same scheme, host and port, and no name or password before the host."""
    if not _PLAIN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        return "@" not in parts.netloc and origin(parts) == origin(urlsplit(base))
    except ValueError:
        return False
