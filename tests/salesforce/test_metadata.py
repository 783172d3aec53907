"""deploy/salesforce: what an administrator deploys is well formed, and gives each user what the docs promise."""

import xml.etree.ElementTree as ET
from pathlib import Path

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


KINDS = {
    "fields": ("field", "CustomField"),
    "compactLayouts": ("compactLayout", "CompactLayout"),
    "listViews": ("listView", "ListView"),
    "permissionsets": ("permissionset", "PermissionSet"),
}
"""Folder -> ending of its files, and the kind of what they hold."""


def test_every_file_is_of_the_kind_that_its_place_says() -> None:
    """What the vendor's CLI goes by when it deploys. That its own library agrees: `make prove-metadata`."""
    for file in (each for each in ROOT.rglob("*") if each.is_file()):
        ending, kind = KINDS[file.parent.name]
        name = file.name.removesuffix(f".{ending}-meta.xml")
        assert name != file.name, file
        tree = ET.parse(file).getroot()  # noqa: S314 - our own file
        assert tree.tag == f"{SPACE}{kind}", file
        # A permission set has no name but its file's.
        assert tree.findtext(f"{SPACE}fullName") == (None if kind == "PermissionSet" else name), file


def test_every_field_is_deployed() -> None:
    there = {f"{file.parts[-3]}.{file.name.partition('.')[0]}" for file in ROOT.rglob("*.field-meta.xml")}
    assert there == FIELDS
