"""The sums of docs/capacity.md: from visits to pages, calls, commands, memory and cores. Nothing here met a cache."""

from statistics import mean
from typing import NamedTuple

from proofs.capacity import habits
from proofs.capacity.habits import HOUR, OPENS, PAYS, Hour

HOME, LIST, DETAIL, PAYMENT = 4.0, 2.0, 1.0, 3.0
"""Calls of WHMCS beside those for open invoices. Home fetches list, client, payment methods and subscriptions. Whoever
comes for the first time in a day finds nothing in the cache, and what is fetched in their first 6 seconds counts 2: so
the list page asks for list and client again. An invoice is one call. A payment clears the client: the invoice is read
again before the hand-off, and the invoice and the client after the return.
"""

WARM_CPU, COLD_CPU, CALL_CPU = 0.0001, 0.004, 0.0007
"""Seconds of one core: a kept page, a page made anew without its calls, a call (docs/performance.md)."""

CALL_SECONDS, BUSY_AT_MOST = 0.5, 0.7
"""Of an ordinary WHMCS, for each of its PHP workers; and how busy those may be before calls wait for each other."""

KILOBYTES = 40.0
"""Of Redis for one active customer (docs/performance.md)."""

COMMANDS_OF_PAGE, COMMANDS_OF_CALL, COMMANDS_OF_VISIT = 3.0, 2.0, 2.0 + 2 * PAYS
"""A page that is made: looks of the page and of its parts, and it is kept. A call: the lease and the fill. A visit: its
client's record is born, the gateways are looked at, and a payment clears twice."""

LONGEST = 900.0
"""Seconds for which something of a visit lies in Redis: payment methods."""

PAGES = 2 + OPENS + PAYS
"""Of a visit: home and list; the invoice; the invoice once more when it is paid."""


class Demand(NamedTuple):
    """A second of the hour, or of its first minutes when most come then; `active`: customers with data in Redis."""

    pages: float
    calls: float
    calls_with_addon: float
    redis_commands: float
    active: float

    @property
    def redis_megabytes(self) -> float:
        return self.active * KILOBYTES / 1024

    @property
    def cores(self) -> float:
        return self.pages * COLD_CPU + self.calls * CALL_CPU

    def php_workers(self, calls: float) -> float:
        return calls * CALL_SECONDS / BUSY_AT_MOST


def calls_of_visit(*, addon: bool) -> float:
    """With the addon all open invoices of a customer are one call."""
    asked = mean(min(open_, 1) if addon else open_ for open_ in habits.OPEN_INVOICES)
    # Who has an open invoice opens that one: its amount was fetched for the list.
    unknown = mean(open_ == 0 or addon for open_ in habits.OPEN_INVOICES)
    return HOME + LIST + 2 * asked + OPENS * DETAIL * unknown + PAYS * PAYMENT


def demand(hour: Hour) -> Demand:
    visits = hour.visits / (hour.gather or HOUR)
    calls = visits * calls_of_visit(addon=False)
    commands = visits * (PAGES * COMMANDS_OF_PAGE + COMMANDS_OF_VISIT) + calls * COMMANDS_OF_CALL
    return Demand(visits * PAGES, calls, visits * calls_of_visit(addon=True), commands, visits * LONGEST)
