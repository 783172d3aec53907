"""requirements/*.txt: complete, hashed, and in step with pyproject.toml."""

import re
import tomllib

import pytest

from tests.shape.sources import ROOT, text

LOCKS = ["bench", "build", "dev", "main", "release", "site", "uv"]


def pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text(f"requirements/{lock}.txt"), re.MULTILINE))


def wanted(names: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!; ]", name)[0] for name in names}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_has_a_hash(lock: str) -> None:
    """Nothing is installed whose bytes nobody looked at, and no line names a place to get it from."""
    entries = re.split(r"^(?=\S)", text(f"requirements/{lock}.txt"), flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+( ; [^\n]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+$", entry), entry


def test_there_is_no_other_lock() -> None:
    """uv.lock would record the address of the registry that somebody used."""
    assert sorted(path.stem for path in (ROOT / "requirements").iterdir()) == LOCKS
    assert not (ROOT / "uv.lock").exists()


def test_locks_are_in_step_with_the_project() -> None:
    """Whatever pyproject.toml asks for is locked; `make lock` was not forgotten."""
    project = tomllib.loads(text("pyproject.toml"))
    groups = project["dependency-groups"]
    assert wanted(project["project"]["dependencies"]) <= pins("main").keys()
    assert wanted(groups["dev"]) <= pins("dev").keys()
    assert wanted(groups["bench"]) <= pins("bench").keys()
    assert wanted(groups["build"]) <= pins("build").keys()
    assert wanted(groups["release"]) <= pins("release").keys()
    assert wanted(groups["site"]) <= pins("site").keys()
    assert wanted(groups["uv"]) == pins("uv").keys()


def test_tests_run_on_what_is_deployed() -> None:
    """Every version that runs in production is the one that was tested."""
    tested = pins("dev")
    assert {name: version for name, version in pins("main").items() if tested.get(name) != version} == {}
