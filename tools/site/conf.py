"""The documentation site that `make site` builds from docs/ and the documents at the root, for machines without a net.

The files are read where they stand, so that a link which works in the repository works in the site. What stands beside
the pages is made of the lists in docs/index.md and docs/decisions.md: a page that neither lists fails the build.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

project = "Counterfoil"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
language = "en"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/*.md", "docs/adr/*.md", "deploy/*/README.md", "*.md"]
suppress_warnings = ["misc.highlighting_failure"]  # excerpts of code are cut where it suits the reader

# Headings are found by the names that GitHub gives them.
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"Counterfoil {version}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

LISTED = re.compile(r"^- \[.+?\]\((.+?)\.md\)$", re.MULTILINE)
SECTION = re.compile(r"^## ", re.MULTILINE)


def add_navigation(_app: object, name: str, source: list[str]) -> None:
    """Below each list of pages, the directive that Sphinx makes the navigation of; hidden, since the list is there."""
    if name not in {"docs/index", "docs/decisions"}:
        return
    first, *sections = SECTION.split(source[0])
    made = first + _toctree(first) + "".join(f"## {section}\n{_toctree(section)}" for section in sections)
    source[0] = made


def _toctree(section: str) -> str:
    pages = LISTED.findall(section)
    title = section.partition("\n")[0]
    caption = "" if title.startswith("#") else f":caption: {title}\n"
    return "\n```{toctree}\n:hidden:\n" + caption + "\n" + "\n".join(pages) + "\n```\n\n" if pages else ""


def setup(app: Any) -> None:
    app.connect("source-read", add_navigation)
