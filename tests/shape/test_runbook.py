"""docs/runbook.md: whoever is woken by an alert finds what to do about it."""

import re

from tests.shape.sources import text


def alerts() -> list[str]:
    return re.findall(r"^\s*- alert: (\w+)$", text("deploy/prometheus/counterfoil.rules.yaml"), re.MULTILINE)


def test_each_alert_has_its_section() -> None:
    """And no section is about an alert that is not there any more."""
    sections = re.findall(r"^### (Counterfoil\w+)$", text("docs/runbook.md"), re.MULTILINE)
    assert len(sections) > 20
    assert sorted(sections) == sorted(alerts())


def test_each_section_says_what_to_do() -> None:
    """More than what the alert itself says."""
    parts = re.split(r"^### ", text("docs/runbook.md"), flags=re.MULTILINE)[1:]
    assert [part.partition("\n")[0] for part in parts if len(part.split()) < 25] == []
