"""`make routes`: writes the tables of docs/routes.md from a running portal. Whoever runs it judges what changed."""

import tempfile
from pathlib import Path

from tests.inventory.document import write
from tests.inventory.observed import observe
from tests.stack import running_stack
from tools.arguments import take_none


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder)) as stack:
        write(observe(stack))


if __name__ == "__main__":
    take_none(__doc__)
    main()
