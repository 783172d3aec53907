"""What the documents tell people to type is there: commands, targets of make, settings, metrics, kinds of webhooks."""

import re

import click
import pytest

from counterfoil import cli
from counterfoil.changes.effects import EFFECTS
from counterfoil.settings import Settings
from tests.shape.fences import COMMANDS, EXCERPTS, OTHERS, PROGRAMS, Fence, fences
from tests.shape.sources import ROOT, modules, text, tracked

ALL = [fence for fence in fences() if fence.document not in EXCERPTS]
TYPED = [fence for fence in ALL if fence.language == COMMANDS]
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in tracked()
    if path.suffix == ".md" and "adr" not in path.parts and path.name != "CHANGELOG.md"
}


def test_every_block_says_what_it_is() -> None:
    """`sh` is typed, and run by tests/site/test_commands.py unless `<!-- not run: why -->` stands above it."""
    assert {fence.place: fence.language for fence in ALL if fence.language not in {COMMANDS, *PROGRAMS, *OTHERS}} == {}


def test_most_of_what_is_not_run_says_why() -> None:
    """The mark has a reason, and stands above nothing that nobody would type."""
    marked = [fence for fence in ALL if fence.why_not]
    assert [fence.place for fence in marked if fence.language in OTHERS or len(fence.why_not.split()) < 4] == []
    count = sum(said.count("<!-- not run:") for said in DOCUMENTS.values())
    assert count == len(marked), "a mark that stands above no block"


def commands_in(code: str) -> list[list[str]]:
    """The words of each `counterfoil ...` of a block or between backticks."""
    joined = code.replace("\\\n", " ")
    return [found.split() for found in re.findall(r"(?:^|\|\s*|; )counterfoil ([a-z][^|#\n]*)", joined, re.MULTILINE)]


def what_is_wrong_with(words: list[str]) -> str:
    """Empty when there is such a command with such options."""
    command: click.Command = cli.main
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        below = command.get_command(click.Context(command), name)
        if below is None:
            return f"no command {name}"
        command = below
    options = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in options]
    return f"no option {unknown}" if unknown else ""


def test_every_command_in_a_document_exists() -> None:
    """In blocks and in running text: with this name and these options."""
    found = {fence.place: commands_in(fence.code) for fence in TYPED}
    for name, said in DOCUMENTS.items():
        inline = re.findall(r"`(counterfoil [^`\n]+)`", said)
        found[name] = [words for each in inline for words in commands_in(each)]
    assert sum(map(len, found.values())) > 60
    wrong = {
        place: [what for words in commands if (what := what_is_wrong_with(words))] for place, commands in found.items()
    }
    assert {place: what for place, what in wrong.items() if what} == {}


@pytest.mark.parametrize(
    "said", ["counterfoil orders", "counterfoil cache show --customer 1", "counterfoil audit prove"]
)
def test_a_command_that_does_not_exist_is_seen(said: str) -> None:
    (words,) = commands_in(said)
    assert what_is_wrong_with(words)


def test_every_target_in_a_document_exists() -> None:
    """Of `make ...`, in blocks and between backticks."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", text("Makefile"), re.MULTILINE))
    said = {place.document: re.findall(r"^make ([a-z][a-z-]*)", place.code, re.MULTILINE) for place in TYPED}
    for name, document in DOCUMENTS.items():
        said[name] = [*said.get(name, []), *re.findall(r"`make ([a-z][a-z-]*)", document)]
    lost = {name: sorted(set(names) - targets) for name, names in said.items()}
    assert {name: names for name, names in lost.items() if names} == {}


OF_OTHERS = {"COUNTERFOIL_TEST", "COUNTERFOIL_SANDBOX"}
"""Beginnings of names that the tests and the sandbox read."""


def test_every_setting_in_a_document_exists() -> None:
    """Whatever begins with the prefix."""
    known = {name.upper() for name in Settings.__dataclass_fields__}
    known |= {f"{name}_FILE" for name in known}
    for name, said in DOCUMENTS.items():
        named = re.findall(r"\bCOUNTERFOIL_([A-Z][A-Z_]*[A-Z])\b", said)
        others = tuple(other.removeprefix("COUNTERFOIL_") for other in OF_OTHERS)
        assert [each for each in named if each not in known and not each.startswith(others)] == [], name


def test_every_metric_in_a_document_exists() -> None:
    """And docs/operations.md names each that there is."""
    sources = " ".join(path.read_text(encoding="utf-8") for path in modules())
    kept = {name for name in re.findall(r'"(counterfoil_[a-z_]+)"', sources) if not name.endswith("_session")}
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in kept}
    for name, said in DOCUMENTS.items():
        named = {
            re.sub(r"_(total|bucket|sum|count)$", "", each) for each in re.findall(r"`(counterfoil_[a-z_]+)", said)
        }
        strangers = named - families - {"counterfoil_sandbox", "counterfoil_language", "counterfoil_session"}
        assert sorted(each for each in strangers if not each.endswith("_")) == [], name


def test_every_kind_of_webhook_is_explained() -> None:
    """docs/webhooks.md has a row for each type, and no other."""
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+|ping)` \|", text("docs/webhooks.md"), re.MULTILINE)
    ours = [row for row in rows if row not in {"order.approved", "order.cancelled"}]
    assert sorted(ours) == sorted(EFFECTS)


def test_every_folder_of_tests_has_its_row() -> None:
    """docs/testing.md says what each holds."""
    rows = set(re.findall(r"^\| `tests/([a-z]+)` \|", text("docs/testing.md"), re.MULTILINE))
    tests = (path.relative_to(ROOT / "tests").parts for path in tracked() if path.is_relative_to(ROOT / "tests"))
    assert rows == {parts[0] for parts in tests if len(parts) > 1}


def test_no_document_has_a_place_left_to_fill_in() -> None:
    """Such as a lone word in capitals where a figure or a table is to come."""
    left = re.compile(r"^[A-Z]{4,}$|\| (?!WHMCS )[A-Z]{4,} \|$|\bTODO\b|\bTBD\b", re.MULTILINE)
    assert {name: left.findall(said) for name, said in DOCUMENTS.items() if left.search(said)} == {}


def test_what_is_run_is_not_empty() -> None:
    """There is something of each kind to run."""
    run: list[Fence] = [fence for fence in ALL if fence.is_to_run]
    assert {fence.language for fence in run} == {COMMANDS, *PROGRAMS}
