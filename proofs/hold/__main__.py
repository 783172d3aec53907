"""`make prove-hold`, `make prove-hold HOLD_SECONDS=20`: each attack on a running portal, a line for each."""

import os
import sys
import tempfile
from pathlib import Path

from proofs.hold import costs, what_runs_on, who_may_what
from proofs.hold.stage import Row, running_stage, table
from tools.arguments import take_none

ATTACKS = (*who_may_what.ATTACKS, *costs.ATTACKS, *what_runs_on.ATTACKS)


def replay(seconds: float, patience: float = 1) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="counterfoil-hold-") as folder,
        running_stage(Path(folder), seconds, patience) as stage,
    ):
        return [attack(stage) for attack in ATTACKS]


def main() -> int:
    rows = replay(float(os.environ.get("SECONDS") or 10))
    print("\n".join(table(rows)))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    take_none(__doc__)
    sys.exit(main())
