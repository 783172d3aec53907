"""Wrong settings end every command before it begins."""

from pathlib import Path

import pytest

from tests.cli.commands import run


@pytest.mark.parametrize("command", ["serve", "migrate", "links"])
def test_wrong_settings_are_said_once_and_all_together(tmp_path: Path, command: str) -> None:
    """Exit 2, no traceback."""
    done = run(tmp_path, command, secret_key="short")
    assert done.returncode == 2
    for name in ("SECRET_KEY", "WHMCS_URL", "WHMCS_IDENTIFIER", "WHMCS_SECRET"):
        assert done.stderr.count(f"COUNTERFOIL_{name}:") == 1
    assert "Traceback" not in done.stderr
