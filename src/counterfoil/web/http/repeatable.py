"""What a page may repeat of an address that was asked for: its path, and of its query only names that our pages have.

Anything else may be a secret that was sent here by mistake, and would then stand in the page and in further addresses.
"""

from urllib.parse import quote, unquote

QUERY_NAMES = frozenset(
    {
        *("page", "view", "q", "year", "sort", "status"),  # lists, ours and the console's
        *("from", "to", "layout"),  # the statement, and what is exported
        *("offer", "quantity", "gateway", "change"),  # the review of an order
        *("email", "invoice"),  # the console
    }
)


def repeatable(address: str) -> str:
    """`address` is a path, with or without a query. What stays of it, stays letter by letter."""
    path, _, query = address.partition("#")[0].partition("?")
    kept = "&".join(filter(None, map(_kept, query.split("&"))))
    return f"{path}?{kept}" if kept else path


def _kept(parameter: str) -> str:
    name, _, value = parameter.partition("=")
    if name == "next" and "next=" not in (address := unquote(value)):
        # Of the sign-in page: an address in the address.
        kept = repeatable(address)
        return parameter if kept == address else f"next={quote(kept, safe='/')}"
    return parameter if name in QUERY_NAMES else ""
