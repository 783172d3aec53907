"""`make docs`: writes what is made from the code: docs/openapi.json, the tables of metrics, log events and templates.

Tests compare them with the running portal and with the code.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from counterfoil.app.build import build_portal
from counterfoil.app.portal import Portal
from counterfoil.settings import load
from counterfoil.web.api.openapi import description_of
from counterfoil.web.metrics.family import Family, HistogramFamily
from counterfoil.web.metrics.salesforce_families import salesforce_families
from tools import templates
from tools.arguments import take_none
from tools.log_events import events_table

DOCS = Path(__file__).parent.parent / "docs"

NOT_USED = {
    "COUNTERFOIL_SECRET_KEY": "x" * 32,
    "COUNTERFOIL_WHMCS_URL": "https://billing.example.com/",
    "COUNTERFOIL_WHMCS_IDENTIFIER": "x",
    "COUNTERFOIL_WHMCS_SECRET": "x",
}

BEGIN, END = "<!-- made from the code: make docs -->", "<!-- end of what is made -->"


def portal() -> Portal:
    """One that is never started."""
    return build_portal(load(NOT_USED, Path("/nonexistent")))


def every_family(of: Portal) -> Sequence[Family | HistogramFamily]:
    """Those of an installation with Salesforce, by name."""
    families = [*of.services.metrics.families, *salesforce_families(dict, {})]
    return sorted(families, key=lambda family: family.full_name)


def metrics_table(families: Sequence[Family | HistogramFamily]) -> str:
    rows = ["| metric | type | labels | says |", "| --- | --- | --- | --- |"]
    for family in families:
        labels = ", ".join(f"`{label}`" for label in family.labels)
        rows.append(f"| `{family.full_name}` | {family.type} | {labels} | {family.documentation} |")
    return "\n".join(rows)


def with_made(text: str, made: str) -> str:
    """The document with what is made between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.partition(END)[2]}"


def main() -> None:
    built = portal()
    schema = description_of(built, built.services.settings)
    text = json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True)
    (DOCS / "openapi.json").write_text(text + "\n", encoding="utf-8")
    metrics = DOCS / "metrics.md"
    made = metrics_table(every_family(built))
    metrics.write_text(with_made(metrics.read_text(encoding="utf-8"), made), encoding="utf-8")
    events = DOCS / "log-events.md"
    said = events.read_text(encoding="utf-8")
    events.write_text(with_made(said, events_table(said)), encoding="utf-8")
    templates.write()


if __name__ == "__main__":
    take_none(__doc__)
    main()
