"""Who may not import whom, proven: a forbidden import for each contract of pyproject.toml is planted and seen."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.shape.sources import ROOT, text

CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract for contract in tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
}


class Plant(NamedTuple):
    """An import that the contract forbids."""

    contract: str
    importer: str
    imported: str

    def __str__(self) -> str:
        return f"{self.importer} -> {self.imported}"


def layer_plants(contract: str) -> Iterator[Plant]:
    """From each layer to the next above it, and to those beside it."""
    (container,) = CONTRACTS[contract]["containers"]
    layers = [[f"{container}.{name}" for name in layer.split(" | ")] for layer in CONTRACTS[contract]["layers"]]
    for above, below in pairwise(layers):
        yield from (Plant(contract, each, above[0]) for each in below)
    for layer in layers:
        yield from (Plant(contract, other, each) for each in layer for other in layer if other != each)


PLANTS = [
    *layer_plants("rooms"),
    Plant("rooms", "counterfoil.orders", "counterfoil.web.pages"),
    Plant("rooms", "counterfoil.redis.connection", "counterfoil.billing.invoices"),
    *layer_plants("rooms-of-the-web"),
    Plant("rooms-of-the-web", "counterfoil.web.http.edge", "counterfoil.web.pages.errors"),
    Plant("stand-ins", "counterfoil_sandbox.webhooks", "counterfoil.signing"),
    Plant("stand-ins", "counterfoil.signing", "counterfoil_sandbox.webhooks"),
    Plant("whmcs-wire", "counterfoil.billing.clients", "counterfoil.whmcs.wire"),
    Plant("whmcs-wire", "counterfoil.billing.clients", "counterfoil.whmcs.wire.invoices"),
    Plant("whmcs-calls", "counterfoil.web.pages", "counterfoil.whmcs.client"),
    Plant("whmcs-calls", "counterfoil.web.http.guard", "counterfoil.whmcs"),
    Plant("salesforce-calls", "counterfoil.web.api", "counterfoil.salesforce.client"),
    Plant("salesforce-calls", "counterfoil.billing", "counterfoil.salesforce"),
    Plant("http-client", "counterfoil.web.sign_in", "httpx2"),
    Plant("web-framework", "counterfoil.billing", "litestar"),
    Plant("traces", "counterfoil.web", "opentelemetry"),
    Plant("sql", "counterfoil.web", "sqlalchemy"),
    Plant("redis-package", "counterfoil.web.http.limits", "redis"),
    Plant("redis-protocol", "counterfoil.cache.engine", "hiredis"),
    Plant("redis-package", "counterfoil_sandbox", "redis"),
    Plant("redis", "counterfoil.web", "counterfoil.redis"),
    Plant("redis", "counterfoil.web.http.limits", "counterfoil.redis.commands"),
    Plant("redis", "counterfoil.changes", "counterfoil.redis.pubsub"),
]

CYCLES = [Plant("cycles", f"{room}.{one}", f"{room}.{other}")
          for room in ("counterfoil.db.planted", "counterfoil_sandbox.planted")
          for one, other in [("here", "there"), ("there", "here")]]  # fmt: skip

UNPLACED = {"rooms": "counterfoil.planted", "rooms-of-the-web": "counterfoil.web.planted"}


class Planted:
    """A copy of the sources in which all of that is planted, and what import-linter says of it, by contract."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        leave_out = shutil.ignore_patterns("__pycache__", "static", "templates", "locale")
        shutil.copytree(ROOT / "src", folder / "src", ignore=leave_out)
        shutil.copy(ROOT / "pyproject.toml", folder)
        self.lines = {plant: self._plant(plant) for plant in [*PLANTS, *CYCLES]}
        for module in UNPLACED.values():
            self._file(module).touch()
        self.said = self._lint()

    def _plant(self, plant: Plant) -> int:
        """The line in which it stands."""
        file = self._file(plant.importer)
        file.parent.mkdir(exist_ok=True)
        (file.parent / "__init__.py").touch()
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(f"{before}import {plant.imported}\n", encoding="utf-8")
        return before.count("\n") + 1

    def _file(self, module: str) -> Path:
        path = self._folder / "src" / Path(*module.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _lint(self) -> dict[str, str]:
        environment = {**os.environ, "PYTHONPATH": str(self._folder / "src"), "COLUMNS": "500"}
        command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
        done = subprocess.run(
            command, cwd=self._folder, env=environment, capture_output=True, text=True, timeout=200, check=False
        )
        assert done.returncode == 1, done.stdout + done.stderr
        titles = "|".join(re.escape(contract["name"]) for contract in CONTRACTS.values())
        _, *parts = re.split(rf"^({titles})\n-+\n", done.stdout, flags=re.MULTILINE)
        by_name = dict(zip(parts[::2], parts[1::2], strict=True))
        return {contract: by_name.get(CONTRACTS[contract]["name"], "") for contract in CONTRACTS}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return Planted(tmp_path_factory.mktemp("planted"))


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}: {plant}")
def test_a_forbidden_import_is_refused(planted: Planted, plant: Plant) -> None:
    """By its contract, which names it and the line: what stood there before is no proof."""
    found = re.findall(rf"^-? *{re.escape(str(plant))} \(l\.([\d, ]+)\)", planted.said[plant.contract], re.MULTILINE)
    assert str(planted.lines[plant]) in ", ".join(found).split(", ")


@pytest.mark.parametrize("plant", CYCLES, ids=str)
def test_a_cycle_is_refused(planted: Planted, plant: Plant) -> None:
    """Two modules of one room that import each other, wherever they stand."""
    assert f"No cycles are allowed in {plant.importer.rpartition('.')[0]}.\n" in planted.said[plant.contract]


@pytest.mark.parametrize("contract", UNPLACED)
def test_a_new_room_must_be_placed(planted: Planted, contract: str) -> None:
    """Nothing is free of the layers because nobody thought of it."""
    assert f"- {UNPLACED[contract]}\n" in planted.said[contract]


def test_each_contract_is_tried() -> None:
    """Whoever adds one plants here what it forbids."""
    assert {plant.contract for plant in [*PLANTS, *CYCLES]} == set(CONTRACTS)
