"""`make prove-capacity CUSTOMERS=1000000`: the busy hours of so many customers, on paper and lived. Prints a table."""

import os
import sys

from counterfoil.billing.lifetimes import Lifetimes
from proofs.capacity.habits import Hour, hours
from proofs.capacity.lived import Lived
from proofs.capacity.paper import calls_of_visit, demand
from tools.arguments import take_none

DEFAULTS = Lifetimes(invoice_list=90, invoice=300, client=300, records=90, payment_methods=900, shared=3600)
OFF_AT_MOST = 0.1
"""Of the paper's calls of a visit, by which those that were lived may differ."""


def lived(hour: Hour, *, addon: bool, seed: int = 1) -> Lived:
    one = Lived(hour, DEFAULTS, addon=addon, seed=seed)
    one.live()
    return one


def is_near(one: Lived, *, addon: bool) -> bool:
    said = calls_of_visit(addon=addon)
    return abs(one.calls.total() / one.visits - said) <= OFF_AT_MOST * said


def line(hour: Hour, without: Lived, with_addon: Lived) -> str:
    paper = demand(hour)
    found = [
        max(counts.values()) / 60 for counts in (without.pages, without.calls, with_addon.calls, without.store.asked)
    ]
    said = [paper.pages, paper.calls, paper.calls_with_addon, paper.redis_commands]
    cells = " | ".join(f"{each:,.1f} / {other:,.1f}" for each, other in zip(said, found, strict=True))
    workers = f"{paper.php_workers(paper.calls):.0f}, {paper.php_workers(paper.calls_with_addon):.0f}"
    return f"| {hour.name} | {cells} | {paper.cores:.2f} | {workers} | {paper.redis_megabytes:,.0f} |"


def main() -> int:
    customers = int(os.environ.get("CUSTOMERS") or 1_000_000)
    print(f"{customers:,} customers; a second, on paper / of the busiest minute that was lived:\n")
    print("| hour | pages | WHMCS calls | with the addon | Redis commands | portal cores | PHP workers | Redis MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    right = True
    for hour in hours(customers):
        without, with_addon = lived(hour, addon=False), lived(hour, addon=True)
        print(line(hour, without, with_addon), flush=True)
        right &= is_near(without, addon=False) and is_near(with_addon, addon=True)
    print("\nThe sums hold." if right else f"\nThe sums are off by more than {OFF_AT_MOST:.0%}.")
    return 0 if right else 1


if __name__ == "__main__":
    take_none(__doc__)
    sys.exit(main())
