"""Values in Redis outlive a deploy, and two releases read each other's while machines are upgraded one by one. Their
shapes at the last change of the format: released_values.json, written anew with COUNTERFOIL_TEST_RECORD=1.
"""

import importlib
import json
import os
import pkgutil
from pathlib import Path
from typing import Any

import msgspec

import counterfoil.accounts
import counterfoil.billing
import counterfoil.web.http
from counterfoil.cache.packing import FORMAT

RECORD = Path(__file__).with_name("released_values.json")

Shapes = dict[str, Any]


def shapes() -> Shapes:
    """Of everything that the rooms which cache decode, by module and name."""
    found: Shapes = {}
    for room in (counterfoil.accounts, counterfoil.billing, counterfoil.web.http):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, msgspec.json.Decoder):
                    found[f"{module.name}.{name}"] = msgspec.json.schema(value.type)
    return dict(json.loads(json.dumps(found)))


def misread(before: Any, after: Any) -> list[str]:
    """What one of the two releases would stumble over in the other's values: anything but new fields with a default,
    which the one fills in and the other passes by.
    """
    (old, new) = (each.get("$defs", {}) for each in (before, after))
    said = [name for name in old.keys() & new.keys() if _differs(old[name], new[name])]
    known = {key: value for key, value in before.items() if key != "$defs"}
    return said + ([] if known == {key: value for key, value in after.items() if key != "$defs"} else ["itself"])


def _differs(old: Any, new: Any) -> bool:
    if set(old.get("required", [])) != set(new.get("required", [])) or old.get("enum") != new.get("enum"):
        return True
    had, has = old.get("properties", {}), new.get("properties", {})
    return any(has.get(name) != had[name] for name in had)


def test_two_releases_read_each_others_values() -> None:
    """A shape that the other release cannot read has another format (`FORMAT` in cache/packing.py), so that neither
    looks at what the other has stored: a page would be an error otherwise, for as long as an invoice is believed.
    """
    if os.environ.get("COUNTERFOIL_TEST_RECORD"):
        RECORD.write_text(json.dumps({"format": FORMAT, "shapes": shapes()}, indent=1, sort_keys=True) + "\n")
    recorded = json.loads(RECORD.read_text())
    if recorded["format"] == FORMAT:
        now = shapes()
        found = {name: misread(shape, now[name]) for name, shape in recorded["shapes"].items() if name in now}
        assert {name: what for name, what in found.items() if what} == {}, "change FORMAT, and record the shapes"


def test_what_would_be_misread_is_seen() -> None:
    """A field that is gone, new and needed, or of another type; not one with a default."""

    def shape(*required: str, **properties: str) -> Any:
        fields = {name: {"type": kind} for name, kind in properties.items()}
        return {"$ref": "#/$defs/A", "$defs": {"A": {"properties": fields, "required": list(required)}}}

    before = shape("a", a="string", b="string")
    assert misread(before, shape("a", a="string", b="string", c="string")) == []
    for after in (shape("a", "c", a="string", b="string", c="string"), shape("a", a="string"), shape("a", a="integer")):
        assert misread(before, after) == ["A"]
