"""Alerts and the dashboard, held against the metrics that exist and against Prometheus' own test program."""

import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.web.metrics.exposed import ROOT
from tools.docs import every_family, portal

RULES = ROOT / "deploy/prometheus/counterfoil.rules.yaml"
CASES = ROOT / "deploy/prometheus/counterfoil.test.yaml"
DASHBOARD = ROOT / "deploy/grafana/counterfoil.json"

OF_PROMETHEUS = {"job", "instance", "le"}
"""Labels that it puts there itself, and a histogram's."""

SELECTOR = re.compile(r"\b(counterfoil_\w+)(?:\{([^}]*)\})?")
MATCHED = re.compile(r"(\w+)(?:=~|!~|!=|=)\"")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring) \(([^)]*)\)")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="module")
def series() -> dict[str, set[str]]:
    """The labels of every series, by its name."""
    labels: dict[str, set[str]] = {}
    for family in every_family(portal()):
        ends = ("_bucket", "_count", "_sum") if family.type == "histogram" else ("",)
        labels |= {f"{family.full_name}{end}": {*family.labels} for end in ends}
    return labels


def unknown(expression: str, series: dict[str, set[str]]) -> list[str]:
    """What an expression asks for and nobody tells."""
    found, labels = [], set(OF_PROMETHEUS)
    for name, selector in SELECTOR.findall(expression):
        if name not in series:
            found.append(name)
            continue
        labels |= series[name]
        asked = set(MATCHED.findall(selector))
        found += [f"{name}: {label}" for label in asked - series[name] - OF_PROMETHEUS]
    grouped = {label.strip() for each in GROUPING.findall(expression) for label in each.split(",")}
    return found + ([f"by {label}" for label in grouped - labels] if "counterfoil_" in expression else [])


def test_the_rules_are_prometheus_rules() -> None:
    """By its own program: syntax, and for each alert what makes it fire and what does not."""
    for command in (["check", "rules", RULES.name], ["test", "rules", CASES.name]):
        done = subprocess.run(["promtool", *command], cwd=RULES.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_fires_and_stays_quiet_in_a_test() -> None:
    """A case of each kind; one that looks at another alert would prove nothing."""
    cases = {case["name"]: case for case in yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"]}
    names = [alert["alert"] for alert in alerts()]
    assert sorted(cases) == sorted(f"{name} {what}" for name in names for what in ("fires", "stays quiet"))
    for title, case in cases.items():
        (asked,) = case["promql_expr_test"]
        assert f'alertname="{title.partition(" ")[0]}"' in asked["expr"]
        assert bool(asked["exp_samples"]) is title.endswith("fires")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_for_metrics_that_exist(rule: dict[str, Any], series: dict[str, set[str]]) -> None:
    assert unknown(rule["expr"], series) == []


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_says_what_is_wrong_and_where_to_read_on(alert: dict[str, Any]) -> None:
    said = alert["annotations"]
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert said["summary"].endswith(".")
    assert said["runbook_url"] == f"docs/runbook.md#{alert['alert'].lower()}"


def test_the_runbook_knows_every_alert() -> None:
    """And no other: whoever is woken finds what to do."""
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### (Counterfoil\w+)$", runbook, re.MULTILINE)
    assert sorted(headings) == sorted(alert["alert"] for alert in alerts())


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_shows_metrics_that_exist(panel: dict[str, Any], series: dict[str, set[str]]) -> None:
    expressions = [target["expr"] for target in panel["targets"]]
    assert expressions
    for expression in expressions:
        assert "counterfoil_" in expression
        assert unknown(expression, series) == []


def test_the_dashboard_leaves_no_metric_out(series: dict[str, set[str]]) -> None:
    """But for two that others say better."""
    shown = {name for panel in panels() for target in panel["targets"] for name, _ in SELECTOR.findall(target["expr"])}
    families = {family.full_name for family in every_family(portal())}
    whole = {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown}
    assert families - whole == {"counterfoil_whmcs_call_seconds_total", "counterfoil_salesforce_calls_total"}


def test_a_metric_that_is_not_there_is_seen(series: dict[str, set[str]]) -> None:
    """The tests above can fail."""
    assert unknown('sum by (job) (counterfoil_streams{job="counterfoil"})', series) == ["counterfoil_streams"]
    asked = 'sum by (reason) (rate(counterfoil_whmcs_calls_total{result="ok"}[5m]))'
    assert unknown(asked, series) == ["counterfoil_whmcs_calls_total: result", "by reason"]
