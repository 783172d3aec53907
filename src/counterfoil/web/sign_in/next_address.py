"""Where to go after signing in: an address of this portal, whatever the query string says."""

import re

_RELATIVE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""One slash, then printable ASCII without backslashes: browsers read "/\\", "//", tabs and line ends as the start of
another host."""


def safe_next(address: str) -> str:
    """`address` when it is a path of this portal, else "/"."""
    if len(address) > 2000 or not _RELATIVE.fullmatch(address) or address.startswith("/sign-in"):
        return "/"
    return address
