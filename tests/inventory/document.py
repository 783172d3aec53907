"""docs/routes.md: its introduction is written by hand, its tables by `make routes`."""

import re
from collections.abc import Iterable

from tests.inventory.callers import CALLERS
from tests.inventory.observed import Table
from tests.shape.sources import ROOT

DOCUMENT = ROOT / "docs/routes.md"
BELOW = "<!-- Below: written by make routes. -->\n"
SECTIONS = {
    "For programs": r"/api/",
    "The staff console": r"/staff\b",
    "For WHMCS, Salesforce and operators": r"/(webhooks/|healthz|readyz|metrics)",
    "Pages": r"/",
}

ROW = re.compile(r"^\| `([A-Z]+ /[^`]*)` \| (.+) \|$", re.MULTILINE)


def written() -> Table:
    """What the document says."""
    rows = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    headings = [caller.heading for caller in CALLERS]
    return {route: dict(zip(headings, cells.split(" | "), strict=True)) for route, cells in rows}


def write(table: Table) -> None:
    introduction, _, _ = DOCUMENT.read_text(encoding="utf-8").partition(BELOW)
    sections: dict[str, list[str]] = {title: [] for title in SECTIONS}
    for route, cells in table.items():
        path = route.partition(" ")[2]
        title = next(title for title, pattern in SECTIONS.items() if re.match(pattern, path))
        sections[title].append(row(f"`{route}`", (cells[caller.heading] for caller in CALLERS)))
    head = [row("route", (caller.heading for caller in CALLERS)), row("---", ["---"] * len(CALLERS))]
    parts = ["\n".join([f"## {title}", "", *head, *rows]) for title, rows in sections.items()]
    DOCUMENT.write_text(introduction + BELOW + "\n" + "\n\n".join(parts) + "\n", encoding="utf-8")


def row(first: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join([first, *cells]) + " |"
