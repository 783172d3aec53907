"""`make prove-freshness`, `make prove-freshness SECONDS=600`, and with SEED=n the same plan again."""

import asyncio
import os
import pickle
import random
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from proofs.checker import check
from proofs.plan import Plan
from proofs.report import lines
from proofs.run import run
from tests.servers import running_postgres
from tools.arguments import take_none


def main() -> int:
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))  # noqa: S311 -- no secret
    plan = Plan(seconds=float(os.environ.get("SECONDS") or 60), seed=seed)
    if os.environ.get("NUMBERED"):
        plan = replace(plan, addon=True, list_lifetime=90.0, invoice_lifetime=300.0)
    print(f"Proving freshness for {plan.seconds:.0f} s with seed {seed} ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="counterfoil-proof-") as folder, running_postgres() as postgres:
        done = asyncio.run(run(plan, Path(folder), postgres.new_database()))
    if kept := os.environ.get("KEEP"):
        Path(kept).write_bytes(pickle.dumps(done.history))
    found = check(done.history)
    print("\n".join(lines(done, found, seed)))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    take_none(__doc__)
    sys.exit(main())
