"""What remembers results forever: each with the reason why nobody outside can make it grow."""

import ast

from tests.shape.sources import PACKAGE, modules

BOUNDED = {
    "accounts/cookies.py": "a cookie of at most 143 characters, looked at after its length",
    "billing/profile/addresses.py": "no argument, or a country of ISO 3166",
    "billing/typed/amounts.py": "no argument",
    "billing/typed/dates.py": "no argument",
    "billing/profile/phones.py": "64 characters and a country's two, cut by the only caller",
    "cache/redis_store.py": "names that the cookie's check let through or a digest made",
    "web/metrics/files.py": "a process id",
    "web/http/response_cache.py": "a session up to 8 KB; a path, a query, languages and a cookie up to 2.3 KB",
    "web/text/catalogue.py": "one of five languages",
    "web/text/formats.py": "a Money, whose code has 16 characters at most, or a date",
    "web/views/profile/form.py": "one of five languages",
}

CACHING = {"lru_cache", "cache", "cached_property"}


def test_every_cache_says_why_it_is_bounded() -> None:
    """None is keyed by text that was not cut first: a thousand texts of 60 KB are 60 MB that nobody gives back."""
    found = {
        str(path.relative_to(PACKAGE)) for path, tree in modules().items() if _taken_from_functools(tree) & CACHING
    }
    assert found == BOUNDED.keys()


def test_functools_is_not_imported_whole() -> None:
    """So that the test above sees every cache."""
    whole = {
        str(path)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) and "functools" in {each.name for each in node.names}
    }
    assert not whole


def _taken_from_functools(tree: ast.Module) -> set[str]:
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "functools"]
    return {each.name for node in taken for each in node.names}
