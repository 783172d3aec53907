"""The API against its own description, with data that nobody thought of, signed in. `make prove-api` does it longer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack import running_stack

SECONDS = os.environ.get("COUNTERFOIL_TEST_API_SECONDS", "")

CONFIG = """
[auth.openapi.session]
api_key = "{cookie}"

# A period that ends before it begins, a postcode of another country, a key that came with another order: no schema can
# say these, and they are 422 by contract.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""


@pytest.mark.timeout(900)
def test_nothing_is_found(tmp_path: Path) -> None:
    """All checks: what is sent is what is described, what is described is taken, what is not is refused, and nothing
    is answered to who is not signed in. Signing out is left out, and so is the answer that never ends.
    """
    with running_stack(tmp_path, order_limit="none") as stack, stack.visitor("ada@example.com") as ada:
        (tmp_path / "schemathesis.toml").write_text(CONFIG.format(cookie=ada.cookies["counterfoil_session"]))
        command = [str(Path(sys.executable).with_name("st")), "--config-file", str(tmp_path / "schemathesis.toml")]
        command += ["run", f"{stack.url}/api/openapi.json", "--checks", "all", "--no-color", "--warnings", "off"]
        command += ["--exclude-path", "/api/v1/events", "--exclude-method", "DELETE", "--generation-database", "none"]
        limits = ["--max-time", SECONDS] if SECONDS else ["--phases", "fuzzing", "-n", "2", "--seed", "1"]
        run = subprocess.run(
            [*command, *limits], cwd=tmp_path, capture_output=True, text=True, timeout=800, check=False
        )
        assert run.returncode == 0, run.stdout[-20_000:]
        assert not [line for line in stack.logged() if line["level"] in {"error", "critical"}]
