"""docs/library.md: WHMCS's room as a library, without the portal."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shape.sources import text
from tests.stack import Sandbox


@pytest.fixture
def whmcs(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    yield sandbox
    sandbox.child.stop()


def test_the_example_runs_as_it_stands(whmcs: Sandbox, tmp_path: Path) -> None:
    """It tells what the seeded customer owes, to the cent, as WHMCS says."""
    (program,) = re.findall(r"```python\n(.*?)```", text("docs/library.md"), re.DOTALL)
    (tmp_path / "overdue.py").write_text(program)
    given = {"WHMCS_URL": whmcs.url, "WHMCS_IDENTIFIER": "sandbox-identifier", "WHMCS_SECRET": "sandbox-secret"}
    said = subprocess.run(
        [sys.executable, tmp_path / "overdue.py", "1"],
        env=os.environ | given,
        check=True,
        capture_output=True,
        text=True,
        timeout=200,
    )
    overdue = whmcs.api("GetInvoice", invoiceid=whmcs.notable("ada.overdue"))
    lines = [line.split() for line in said.stdout.splitlines()]
    assert [overdue["invoicenum"], overdue["duedate"], overdue["balance"], "EUR"] in lines
    assert said.stderr == ""


def test_a_whmcs_that_is_away_is_one_line(tmp_path: Path) -> None:
    """No stack trace, and no secret."""
    (program,) = re.findall(r"```python\n(.*?)```", text("docs/library.md"), re.DOTALL)
    given = {"WHMCS_URL": "http://127.0.0.1:9/", "WHMCS_IDENTIFIER": "i", "WHMCS_SECRET": "canary"}
    said = subprocess.run(
        [sys.executable, "-c", program, "1"],
        env=os.environ | given,
        check=False,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert said.returncode == 1
    assert "WHMCS gave no whole answer" in said.stderr
    assert "Traceback" not in said.stderr
    assert "canary" not in said.stderr + said.stdout
