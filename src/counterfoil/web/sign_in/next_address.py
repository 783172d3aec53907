"""Where to go after signing in: an address of this portal, whatever the query string says."""

import re

from counterfoil.web.http.repeatable import repeatable

_RELATIVE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""One slash, then printable ASCII without backslashes: browsers read "/\\", "//", tabs and line ends as the start of
another host."""


def own_address(address: str) -> str:
    """`address` when it is a path of this portal, without what no page of ours asks for; else "/"."""
    return repeatable(address) if len(address) <= 2000 and _RELATIVE.fullmatch(address) else "/"


def safe_next(address: str) -> str:
    """The same, but for the page of signing in itself."""
    return "/" if address.startswith("/sign-in") else own_address(address)
