"""ORDER_LIMIT: how many orders, and of what value, may be placed within a day. Who counts: orders/day_limit.py."""

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class OrderLimit:
    """Within 24 hours. `count` None: any number. `amounts`: by currency; one that is not named has no limit."""

    count: int | None = None
    amounts: tuple[tuple[str, Decimal], ...] = ()


_COUNT = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?) ?([A-Z]{3})", re.ASCII)


def read_order_limit(value: str) -> OrderLimit:
    """Of e.g. "10, 5000 EUR, 600000 JPY", or "none". Raises ValueError."""
    if value.lower() == "none":
        return OrderLimit()
    counts: list[int] = []
    amounts: dict[str, Decimal] = {}
    for part in value.split(","):
        if _COUNT.fullmatch(part.strip()):
            counts.append(int(part))
        elif (found := _AMOUNT.fullmatch(part.strip())) and found[2] not in amounts:
            amounts[found[2]] = Decimal(found[1])
        else:
            raise ValueError(_RULE)
    if len(counts) > 1:
        raise ValueError(_RULE)
    return OrderLimit(counts[0] if counts else None, tuple(amounts.items()))


_RULE = (
    "must be a number of orders, amounts such as 5000 EUR (one for each currency), or both, separated by commas; "
    "or none"
)
