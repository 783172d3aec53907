"""`make prove-metadata`: deploy/salesforce converts with the library by which the vendor's CLI deploys (from npm)."""

import json
import subprocess
from pathlib import Path

import pytest

from counterfoil.salesforce.fields import NEEDED
from tools import npm

pytestmark = pytest.mark.timeout(900)  # the library is fetched first

SOURCE = npm.ROOT / "deploy/salesforce/force-app"


def test_it_converts_with_the_vendors_library(tmp_path: Path) -> None:
    """As its CLI does before it deploys: every file is a component that it knows."""
    script, library = Path(__file__).with_name("convert.mjs"), npm.installed("salesforce", "ci")
    command = [npm.node(), str(script), str(library), str(SOURCE), str(tmp_path / "out")]
    found = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
    components = {tuple(each) for each in json.loads(found)}
    assert {("CustomField", f"{kind}.{name}") for kind, names in NEEDED.items() for name in names} <= components
    assert {("PermissionSet", "Counterfoil"), ("PermissionSet", "Counterfoil_Approver")} <= components
    assert ("ListView", "Order.Portal_orders_that_stopped") in components
    files = [file for file in SOURCE.rglob("*") if file.is_file()]
    assert len(files) == len([each for each in components if each[0] != "CustomObject"]), "a file that it does not know"
