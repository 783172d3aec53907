"""What the documents must not forget, and what they must not point at."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from counterfoil import errors
from counterfoil.accounts import vouching
from counterfoil.settings import Settings
from counterfoil.web.http import http_errors
from tests.shape.sources import ROOT, text, tracked

DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]


def test_every_setting_is_explained() -> None:
    """Every setting has a heading of its own in docs/settings.md, and every heading a setting."""
    headings = re.findall(r"^### `(?:COUNTERFOIL_)?([A-Z_]+)`", text("docs/settings.md"), re.MULTILINE)
    settings = [item.name.upper() for item in fields(Settings)]
    assert sorted(headings) == sorted(settings)


def test_defaults_in_the_document_are_true() -> None:
    """The default that docs/settings.md gives is the one that the portal takes."""
    sections = re.split(r"^### ", text("docs/settings.md"), flags=re.MULTILINE)[1:]
    stated = {part.split("`")[1]: re.search(r"^Default: `(.+?)`", part, re.MULTILINE) for part in sections}
    for item in fields(Settings):
        default = item.metadata.get("default", "")
        said = stated[item.name.upper()]
        assert (said.group(1) if said else "") == default, item.name


# Importing them makes their errors known to their base class.
assert http_errors.InternalError.code
assert vouching.NoBillingUser.code


def every_error(kind: type[errors.CounterfoilError] = errors.CounterfoilError) -> set[type[errors.CounterfoilError]]:
    below = {kind for direct in kind.__subclasses__() for kind in every_error(direct)}
    return below | {kind} if "code" in vars(kind) else below


@pytest.mark.parametrize("kind", sorted(every_error(), key=lambda kind: kind.code), ids=lambda kind: kind.code)
def test_every_error_code_is_explained(kind: type[errors.CounterfoilError]) -> None:
    """Codes are permanent: docs/errors.md has a row with each code and its status."""
    assert re.search(rf"^\| `{kind.code}` \| {kind.status} \|", text("docs/errors.md"), re.MULTILINE)


def test_every_dependency_is_justified() -> None:
    """docs/dependencies.md says of each dependency why this one, and what else was looked at."""
    project = tomllib.loads(text("pyproject.toml"))
    wanted = [
        *project["project"]["dependencies"],
        *(name for group in project["dependency-groups"].values() for name in group),
    ]
    names = {re.split(r"[\[<>=~!; ]", name)[0] for name in wanted}
    rows = set(re.findall(r"^\| `([a-z0-9-]+)`", text("docs/dependencies.md"), re.MULTILINE))
    assert names == rows


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """A link from one document to another file of the repository finds it, and the heading in it."""
    said = re.sub(r"^ *```.*?^ *```$|`[^`\n]+`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target, heading in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)", said):
        file = path.parent / target if target else path
        assert file.exists(), target
        assert not heading or heading in headings(file), (target, heading)


def headings(document: Path) -> set[str]:
    """By the names under which GitHub, and the site, find them."""
    found = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading) for heading in found]
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in plain}


def test_every_document_is_in_a_list() -> None:
    """docs/index.md and docs/decisions.md are what the site's navigation is made of: no page is lost."""
    lists = [ROOT / "docs/index.md", ROOT / "docs/decisions.md"]
    listed = {
        (page.parent / target).resolve()
        for page in lists
        for target in re.findall(r"^- \[.+?\]\((.+?\.md)\)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    pages = {path for path in DOCUMENTS if path.parts[len(ROOT.parts)] == "docs" or path.parent == ROOT}
    assert sorted(map(str, pages - listed - {lists[0]})) == []


def test_make_help_knows_every_target() -> None:
    """`make help` lists whatever a person would type."""
    makefile = text("Makefile")
    listed = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert {
        "setup",
        "demo",
        "quick",
        "test",
        "check",
        "fmt",
        "bench",
        "migrate",
        "docs",
        "lock",
        "screenshots",
    } <= listed


def test_decisions_have_one_form() -> None:
    """Every decision record has a number, a status, a context, a decision, consequences and alternatives."""
    records = [path for path in DOCUMENTS if path.parent.name == "adr"]
    assert records
    for path in records:
        content = path.read_text(encoding="utf-8")
        assert re.match(r"\d{4}-[a-z0-9-]+\.md$", path.name), path.name
        headings = re.findall(r"^## (.+)$", content, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], path.name
