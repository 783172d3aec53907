"""FEATURES: parts of the portal that an operator may do without. What has none of these names is always there."""

from enum import StrEnum


class Feature(StrEnum):
    """A route says `feature=` which one it belongs to; what is switched off has no routes (web/routes.py)."""

    CONTACTS = "contacts"
    CREDIT = "credit"
    ORDERS = "orders"
    QUOTES = "quotes"
    STATEMENT = "statement"
    SUBSCRIPTIONS = "subscriptions"
    TOKENS = "tokens"
    TRANSACTIONS = "transactions"


EVERY_FEATURE = frozenset(Feature)


def read_features(value: str) -> frozenset[Feature]:
    """Of e.g. "orders, quotes"; or "all", or "none". Raises ValueError."""
    if value.lower() in _ALONE:
        return _ALONE[value.lower()]
    wanted = set(value.lower().replace(",", " ").split())
    if wanted - set(Feature):
        raise ValueError("must be all, none, or some of these, separated by commas: " + ", ".join(Feature))
    return frozenset(map(Feature, wanted))


_ALONE = {"all": EVERY_FEATURE, "none": frozenset[Feature]()}
