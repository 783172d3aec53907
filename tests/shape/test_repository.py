"""What must not be in the repository."""

import re

from tests.shape.sources import ROOT, tracked

# Written so that this file does not contain what it looks for.
HOSTS = re.compile(r"py[p]i\.org|python[h]osted\.org|registry\.npm[j]s|registry\.yarn[p]kg|deb[.]debian\.org")
MACHINE = re.compile(r"(?<![\w.}])/(?:ro[o]t|wo[r]k|ho[m]e/\w+|op[t]/wheels|tm[p]/w)/")
PICTURES = {".png", ".woff2", ".ico", ".mo"}


def text_files() -> dict[str, str]:
    paths = [path for path in tracked() if path.suffix not in PICTURES]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


def test_no_registry_is_named() -> None:
    """Where packages come from is the business of the machine that installs them."""
    assert [name for name, content in text_files().items() if HOSTS.search(content)] == []


def test_no_machine_is_named() -> None:
    """No path of the machine on which something was written."""
    assert [(name, found[0]) for name, content in text_files().items() if (found := MACHINE.search(content))] == []


def test_files_end_properly() -> None:
    """Unix line ends, one at the end, no merge leftovers."""
    bad = [
        name
        for name, content in text_files().items()
        if "\r" in content or (content and not content.endswith("\n")) or re.search(r"^<{7} ", content, re.MULTILINE)
    ]
    assert bad == []


def test_nothing_heavy() -> None:
    """No file over 500 KB: a clone stays quick."""
    assert [str(path) for path in tracked() if path.stat().st_size > 500_000] == []
