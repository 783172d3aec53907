"""make prove-mutations: how soon each rule, switched off, is caught by its tests and by the simulated worlds.

SECONDS=20 is what the worlds have for each; SEED=0 the first of them.
"""

import os
import sys
import time
from itertools import count

import structlog

from tests.cache.agreement import explore
from tests.cache.mutating import breaks_worlds, fails
from tests.cache.mutations import MUTATIONS
from tests.cache.mutations.of_scripts import SCRIPTS
from tests.servers import running_redis
from tools.arguments import take_none

EXAMPLES = 300


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    seconds, seed = float(os.environ.get("SECONDS") or 10), int(os.environ.get("SEED") or 0)
    missed = 0
    sys.stdout.write("| Rule switched off | Caught by its test | Caught by simulated worlds |\n| --- | --- | --- |\n")
    for mutation in MUTATIONS:
        with mutation.applied():
            by_test = [fails(test) for test in mutation.tests]
            began = time.process_time()
            broken = breaks_worlds(count(seed), seconds)
        took = f"{time.process_time() - began:.1f} s: {_promise(broken)}" if broken else f"not in {seconds:.0f} s"
        tested = "no test" if not by_test else "at once" if all(by_test) else "NO"
        missed += not broken and not (by_test and all(by_test))
        sys.stdout.write(f"| {mutation.rule} | {tested} | {took} |\n")
        sys.stdout.flush()
    missed += scripts_missed()
    sys.stdout.write(f"{len(MUTATIONS)} rules and {len(SCRIPTS)} of the scripts, {missed} not caught\n")
    return bool(missed)


def scripts_missed() -> int:
    missed = 0
    sys.stdout.write("\n| Rule of store.lua switched off | Caught by the comparison with memory |\n| --- | --- |\n")
    with running_redis() as server:
        for rule, change in SCRIPTS.items():
            began, caught = time.monotonic(), False
            try:
                explore(server.url, change, examples=EXAMPLES, shrink=False)
            except Exception:  # noqa: BLE001 -- whatever it is, it is noticed
                caught = True
            missed += not caught
            sys.stdout.write(f"| {rule} | {f'{time.monotonic() - began:.1f} s' if caught else 'NO'} |\n")
            sys.stdout.flush()
    return missed


def _promise(violation: str) -> str:
    return violation.split(", ", 1)[-1].split(":", 1)[0].replace("_", " ")


if __name__ == "__main__":
    take_none(__doc__)
    sys.exit(main())
