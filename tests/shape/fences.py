"""The blocks of code in the documents: what is to be run, and what is marked with the reason why it is not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.shape.sources import ROOT, tracked

_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"<!-- not run: (\S[^\n]*) -->\n\s*\Z")

COMMANDS = "sh"
PROGRAMS = {"python", "ts"}
OTHERS = {"text", "json", "ini", "html", "css", "yaml", "po", "promql", "sql"}
"""Nobody types them into a shell. What `sql` does is tested beside its page."""

EXCERPTS = {"STYLE.md", "docs/add-a-noun.md"}
"""Their blocks are pieces of our code: test_names.py."""


class Fence(NamedTuple):
    document: str
    line: int
    language: str
    """With the path of the file, where it is an excerpt."""
    code: str
    why_not: str
    """Why it is not run; empty where it is."""

    @property
    def place(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def is_to_run(self) -> bool:
        return self.language in {COMMANDS, *PROGRAMS} and not self.why_not


def fences() -> Iterator[Fence]:
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if path.suffix == ".md" and not name.startswith("docs/adr/"):
            yield from _of(path, name)


def _of(path: Path, name: str) -> Iterator[Fence]:
    said = path.read_text(encoding="utf-8")
    for found in _FENCE.finditer(said):
        before = said[: found.start()]
        mark = _MARK.search(before)
        yield Fence(name, before.count("\n") + 1, found[2].strip(), found[3], mark[1] if mark else "")
