"""What customers do: how often they come, together or not, and what they look at. docs/capacity.md says it in words."""

import random
from collections.abc import Iterator
from typing import NamedTuple

HOUR = 3600.0

BUSY_CUSTOMERS = 1000
"""Zipf with this offset (Mandelbrot): the busiest thousand of a million make a tenth of all visits, nobody 2 %."""


class Visit(NamedTuple):
    """One sign-in's worth of looking around. `begins`: seconds after the hour."""

    begins: float
    customer: int
    opens: bool
    """An invoice, after the list."""
    pays: bool


class Hour(NamedTuple):
    """What is to be lived through."""

    name: str
    customers: int
    visits: float
    gather: float
    """Seconds: how soon after the beginning most come; 0 for an hour like the one before."""

    def drawn(self, chance: random.Random) -> Iterator[Visit]:
        for _ in range(round(self.visits)):
            begins = min(chance.expovariate(1 / self.gather), HOUR) if self.gather else chance.uniform(0, HOUR)
            opens = chance.random() < OPENS
            yield Visit(begins, _customer(self.customers, chance), opens, opens and chance.random() < PAYS / OPENS)


VISITS_A_MONTH, DAYS = 3.0, 30
BUSY_HOUR = 0.12
"""Of a day's visits."""
MONTH_END = 3.0
"""Times an ordinary day: invoices are made, and fall due."""
MAILED, GATHER = 0.02, 1200.0
"""Of all customers, who follow a mailing's link, and the seconds in which most of them do."""
OPENS, PAYS = 0.6, 0.25
"""Of visits. Who pays opens the invoice first."""
OPEN_INVOICES = (0, 0, 0, 0, 0, 0, 1, 1, 1, 3)
"""How many each of ten customers has."""
THINKING = 30.0
"""Seconds between two pages."""
PAYING = 120.0
"""Seconds in WHMCS."""


def hours(customers: int) -> list[Hour]:
    """The busiest hour of an ordinary day, of the month's end, and the one after a mailing to all."""
    ordinary = customers * VISITS_A_MONTH / DAYS * BUSY_HOUR
    return [
        Hour("ordinary day", customers, ordinary, 0.0),
        Hour("month end", customers, MONTH_END * ordinary, 0.0),
        Hour("mailing to all", customers, ordinary + MAILED * customers, GATHER),
    ]


def _customer(customers: int, chance: random.Random) -> int:
    busy = min(BUSY_CUSTOMERS, customers / 10)
    return int(busy * ((customers / busy + 1) ** chance.random() - 1)) + 1


def open_invoices(customer: int) -> int:
    return OPEN_INVOICES[customer % len(OPEN_INVOICES)]
