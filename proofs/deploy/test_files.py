"""The unit files as systemd reads them, and what compose file, chart and image must agree on with the portal."""

import subprocess
from pathlib import Path

import pytest
import yaml

from counterfoil import __version__
from counterfoil.settings import load
from counterfoil.settings.settings import PREFIX, unknown_names
from proofs.deploy.conftest import ROOT

DEPLOY = ROOT / "deploy"


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").iterdir()), ids=lambda path: path.name)
def test_systemd_understands_it(unit: Path, tmp_path: Path) -> None:
    """With the program where this environment has it: systemd looks whether it is there."""
    text = unit.read_text(encoding="utf-8").replace("/opt/counterfoil", str(ROOT / ".venv"))
    (tmp_path / unit.name).write_text(text)
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name], check=False, capture_output=True, text=True
    )
    assert (said.returncode, said.stderr) == (0, "")


def test_the_unit_is_hardened() -> None:
    """Systemd's own measure of what a broken-in portal could still do, 10 being everything."""
    unit = DEPLOY / "systemd/counterfoil.service"
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)]
    assert subprocess.run(asked, check=False, capture_output=True).returncode == 0


def test_the_settings_that_are_shown_exist() -> None:
    shown = [
        line.lstrip("#").split("=")[0]
        for line in (DEPLOY / "environment.example").read_text(encoding="utf-8").splitlines()
        if line.lstrip("#").startswith(PREFIX)
    ]
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    for service in composed["services"].values():
        shown += [name for name in service.get("environment", {}) if name.startswith(PREFIX)]
    values = yaml.safe_load((DEPLOY / "helm/counterfoil/values.yaml").read_text(encoding="utf-8"))
    shown += [PREFIX + name for name in values["settings"]]
    assert unknown_names(dict.fromkeys(shown, "")) == []


def test_the_unit_starts_with_the_settings_that_the_example_asks_for() -> None:
    """Who fills in what is empty there, and uncomments nothing, has what the unit's command needs."""
    lines = (DEPLOY / "environment.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line.startswith(PREFIX))
    filled = {name: value or "whsec_" + "a" * 44 for name, value in given.items()}
    (command,) = [
        line
        for line in (DEPLOY / "systemd/counterfoil.service").read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    workers = int(command.split("--workers ")[1])
    assert load(filled, Path("/nonexistent"), processes=workers).base_url == given[f"{PREFIX}BASE_URL"]


def test_they_wait_longer_than_the_portal_takes_to_end() -> None:
    """Otherwise who waits for WHMCS loses an answer at every restart."""
    given = {"SECRET_KEY": "k" * 40, "WHMCS_URL": "http://127.0.0.1/", "WHMCS_IDENTIFIER": "i", "WHMCS_SECRET": "s"}
    least = load({PREFIX + name: value for name, value in given.items()}, Path("/nonexistent")).stop_seconds
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert int(composed["services"]["portal"]["stop_grace_period"].rstrip("s")) > least
    values = yaml.safe_load((DEPLOY / "helm/counterfoil/values.yaml").read_text(encoding="utf-8"))
    assert values["terminationGracePeriodSeconds"] > least
    unit = (DEPLOY / "systemd/counterfoil.service").read_text(encoding="utf-8")
    assert int(unit.split("TimeoutStopSec=")[1].split("s")[0]) > least


def test_they_name_this_version() -> None:
    chart = yaml.safe_load((DEPLOY / "helm/counterfoil/Chart.yaml").read_text(encoding="utf-8"))
    composed = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert chart["version"] == chart["appVersion"] == __version__
    assert composed.count("image: counterfoil:") == composed.count(f"image: counterfoil:{__version__}") > 0
