"""What `make release` refuses, without building anything. That two builds are equal, the command itself proves."""

import subprocess
from pathlib import Path

import pytest

from counterfoil import __version__
from tests.shape.sources import ROOT
from tools.release import Refused, changes_of, compare, not_on_record, version_to_release

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-29\n\n### Added\n- A.\n\n## [0.1.0] - 2026\n- B.\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "src/counterfoil").mkdir(parents=True)
    write(tmp_path, "0.2.0", CHANGELOG)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def write(root: Path, version: str, changelog: str) -> None:
    (root / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n')
    (root / "src/counterfoil/__init__.py").write_text(f'__version__ = "{version}"\n')
    (root / "CHANGELOG.md").write_text(changelog)
    (root / "docs/api").mkdir(parents=True, exist_ok=True)
    for name in ("openapi.json", f"api/openapi-{version}.json"):
        (root / "docs" / name).write_text("{}")


def git(root: Path, *words: str) -> None:
    me = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *me, *words], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "x")


def test_a_committed_version_with_its_changes_is_released(repository: Path) -> None:
    """The version, and of the changelog exactly what stands under it."""
    assert version_to_release(repository) == "0.2.0"
    assert changes_of("0.2.0", CHANGELOG) == "### Added\n- A."
    assert changes_of("0.1.0", CHANGELOG) == "- B."


def test_a_tree_with_changes_is_refused(repository: Path) -> None:
    """Files that nobody has committed, too: they could be in what is released."""
    (repository / "left-over.py").write_text("")
    with pytest.raises(Refused, match=r"left-over\.py"):
        version_to_release(repository)


@pytest.mark.parametrize("changelog", [CHANGELOG.replace("0.2.0", "0.3.0"), CHANGELOG.replace("### Added\n- A.\n", "")])
def test_a_version_without_its_changes_is_refused(repository: Path, changelog: str) -> None:
    """No section, or one with nothing in it."""
    write(repository, "0.2.0", changelog)
    commit(repository)
    with pytest.raises(Refused, match=r"no section \[0\.2\.0\]"):
        version_to_release(repository)


def test_two_versions_are_refused(repository: Path) -> None:
    """What `pip` says and what the program says would differ."""
    write(repository, "0.2.0", CHANGELOG)
    (repository / "src/counterfoil/__init__.py").write_text('__version__ = "0.1.0"\n')
    commit(repository)
    with pytest.raises(Refused, match="another version"):
        version_to_release(repository)


def test_an_api_that_is_not_on_record_is_told(repository: Path) -> None:
    """Later changes are compared with what is on record: tools/api_changes.py."""
    assert not_on_record("0.2.0", repository) == ""
    (repository / "docs/openapi.json").write_text('{"new": 1}')
    assert "cp docs/openapi.json docs/api/openapi-0.2.0.json" in not_on_record("0.2.0", repository)


def test_builds_that_differ_are_refused(tmp_path: Path) -> None:
    """By a byte, or by a file."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.whl").write_bytes(b"a")
    compare(one, two)
    (two / "a.whl").write_bytes(b"b")
    with pytest.raises(Refused, match=r"differ in a\.whl"):
        compare(one, two)
    (two / "b.whl").write_bytes(b"b")
    with pytest.raises(Refused, match="other files"):
        compare(one, two)


def test_this_version_has_its_changes() -> None:
    """So that a release is not stopped at its last step."""
    assert changes_of(__version__, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
