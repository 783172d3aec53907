"""Documents and comments name what there is: nobody who follows them stands before a file that has moved."""

import re
from pathlib import Path

import pytest

from counterfoil.cache.values import CacheCounters
from tests.cache.mutations import MUTATIONS
from tests.cache.mutations.of_scripts import SCRIPTS
from tests.shape import names
from tests.shape.sources import ROOT, text, tracked

DECISIONS = ROOT / "docs/adr"
"""A decision names what there was when it was made. Its first lines say what has another name since."""

DOCUMENTS = [path for path in tracked() if path.suffix == ".md" and not path.is_relative_to(DECISIONS)]
CODE = [path for path in tracked() if path.suffix == ".py"]
OTHERS = [path for path in tracked() if path.suffix in {".lua", ".po", ".toml", ".html"} or path.name == "Makefile"]

GUIDES = (
    "docs/tour.md",
    "docs/glossary.md",
    "docs/architecture.md",
    "docs/add-a-noun.md",
    "docs/why-is-this-page-old.md",
    "docs/cache.md",
    "CONTRIBUTING.md",
)
"""Documents that lead through the code by its names."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_documents_name_files_that_exist(path: Path) -> None:
    """Every path in a document is a file or a folder of the repository, or the end of one's path."""
    said = path.read_text(encoding="utf-8")
    assert [*names.lost_paths(said), *names.lost_folders(said)] == []


def test_comments_name_files_that_exist() -> None:
    """So is every path in a docstring or a comment."""
    lost = {path: names.lost_paths(path.read_text(encoding="utf-8")) for path in [*CODE, *OTHERS]}
    # Most have nothing that looks like a lost path, not even in their code: telling comments from code takes its time.
    lost |= {path: names.lost_paths(names.said_beside_code(path)) for path in CODE if lost[path]}
    assert {name_of(path): paths for path, paths in lost.items() if paths} == {}


@pytest.mark.parametrize("name", GUIDES)
def test_guides_name_code_that_exists(name: str) -> None:
    """Every `module.function`, `Class.method`, class and constant that leads a newcomer is there."""
    assert names.lost_names(text(name)) == []


@pytest.mark.parametrize(
    "said",
    [
        "see billing/nowhere.py",
        "`billing/nowhere/`",
        "`Cache.reed`",
        "`engine.Cash`",
        "`changes.effects.effects_of`",
        "`NO_SUCH_NUMBER`",
        "`CacheEngine`",
        "`engine.py` and `reading.py` but not `readings.py`",
    ],
)
def test_a_name_that_is_not_there_is_seen(said: str) -> None:
    """The tests above can fail."""
    assert [*names.lost_paths(said), *names.lost_folders(said), *names.lost_names(said)] != []


def test_a_name_that_is_there_is_no_finding() -> None:
    """A path may be told from any of its folders on, and a name from any of its parts on."""
    said = (
        "`cache/engine.py`, `src/counterfoil/cache/engine.py`, `web/http/`, `Cache.read`, `cache.engine.Cache.clear`, "
        "`packing.random_nonce`, `SETTLE`, `CACHE_URL`, `GetQuotes`, `Reading.as_of`, `Services.invoices`"
    )
    assert [*names.lost_paths(said), *names.lost_folders(said), *names.lost_names(said)] == []


def test_every_rule_of_the_cache_has_its_row() -> None:
    """docs/cache.md says of each rule that can be switched off, in Python and in the scripts, what catches it."""
    rows = re.findall(r"^\| ([^|]+?) \| (?:at once \| .+|[\d.]+ s|not in .+) \|$", text("docs/cache.md"), re.MULTILINE)
    assert sorted(rows) == sorted([*(mutation.rule for mutation in MUTATIONS), *SCRIPTS])


def test_every_counter_of_the_cache_is_explained() -> None:
    """docs/operations.md names each event that is counted."""
    said = text("docs/operations.md")
    counted = {name.removeprefix("checks_") for name in vars(CacheCounters())} - {"stale_seconds"}
    assert [name for name in sorted(counted) if f"`{name}`" not in said] == []


EXCERPT = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["docs/add-a-noun.md", "STYLE.md"])
def test_excerpts_stand_in_the_files_that_they_name(name: str) -> None:
    """An excerpt under a file's name is what stands there now, line by line; `...` stands for what is left out."""
    excerpts = EXCERPT.findall(text(name))
    assert excerpts
    for path, excerpt in excerpts:
        lines = {line.strip() for line in text(path).splitlines()}
        assert [line for line in excerpt.splitlines() if line.strip() not in lines | {"...", ""}] == [], path


def test_the_glossary_knows_where_each_word_lives() -> None:
    """Each word once, in the order of the alphabet, with its meaning and a file that uses it."""
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \|$", text("docs/glossary.md"), re.MULTILINE)
    words = [word for word, _, _ in rows]
    assert len(words) > 40
    assert words == sorted(set(words), key=str.lower)
    for word, meaning, place in rows:
        ends = tuple(names.backticked(place))
        files = [path for path in tracked() if ends and name_of(path).endswith(ends)]
        assert files, word
        assert meaning, word
        said = " ".join(path.read_text(encoding="utf-8") for path in files)
        assert alone(word.partition(",")[0]) in alone(said), (word, place)


def alone(text: str) -> str:
    """However it is spelt: cached response, cached_response, CachedResponse."""
    return re.sub(r"[ _-]", "", text).lower()
