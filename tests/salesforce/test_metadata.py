"""deploy/salesforce: what an administrator deploys is well formed, and gives each user what the docs promise."""

import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from counterfoil.salesforce.fields import NEEDED

ROOT = Path(__file__).parents[2] / "deploy/salesforce/force-app"
SPACE = "{http://soap.sforce.com/2006/04/metadata}"
FIELDS = {f"{kind}.{name}" for kind, names in NEEDED.items() for name in names}


def permissions(name: str) -> dict[str, bool]:
    """Field -> whether it may be edited."""
    tree = ET.parse(ROOT / f"main/default/permissionsets/{name}.permissionset-meta.xml")  # noqa: S314 - our own file
    return {
        each.findtext(f"{SPACE}field", ""): each.findtext(f"{SPACE}editable") == "true"
        for each in tree.iter(f"{SPACE}fieldPermissions")
    }


def test_the_portals_user_may_write_what_it_writes() -> None:
    """And no more: accounts and products are read."""
    assert permissions("Counterfoil") == {name: name.startswith("Order") for name in FIELDS}


def test_approvers_see_everything_and_set_the_status_alone() -> None:
    """New fields are visible to nobody: without this nobody could approve."""
    assert permissions("Counterfoil_Approver") == {name: name == "Order.Activation_Status__c" for name in FIELDS}


def test_it_converts_with_the_vendors_library(tmp_path: Path) -> None:
    """As its CLI does before it deploys: every file is a component that it knows."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("npm is not there")
    wanted = {"dependencies": {"@salesforce/source-deploy-retrieve": "^12"}, "overrides": {"undici": "^6"}}
    (tmp_path / "package.json").write_text(json.dumps(wanted))
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    try:
        subprocess.run(install, cwd=tmp_path, check=True, capture_output=True, timeout=100)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("the vendor's library could not be fetched")
    script = Path(__file__).with_name("convert.mjs")
    command = [node, str(script), str(tmp_path), str(ROOT), str(tmp_path / "out")]
    found = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    names = set(json.loads(found))
    assert {f"CustomField:{name}" for name in FIELDS} <= names
    assert {"PermissionSet:Counterfoil", "PermissionSet:Counterfoil_Approver"} <= names
    assert {"ListView:Order.Portal_orders_that_stopped", "CompactLayout:Order.Counterfoil"} <= names
