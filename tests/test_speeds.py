"""The mark `server` is put on what needs it, and whatever it misses is found out."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from proofs.hold.__main__ import replay
from tests import servers
from tests.servers import running_redis
from tests.shape.sources import ROOT, tracked
from tests.speeds import LONGEST, reaches
from tests.stack import Sandbox, running_stack


def by_name() -> None:
    running_redis()


def through_its_module() -> None:
    servers.running_postgres()


def through_another_function() -> None:
    by_name()


def in_a_function_inside() -> Callable[[], None]:
    def inside() -> None:
        by_name()

    return inside


def through_a_class(folder: Path) -> None:
    Sandbox(folder)


def through_a_context_manager(folder: Path) -> None:
    with running_stack(folder):
        pass


def only_asks_git() -> None:
    tracked()


def starts_nothing() -> str:
    return sys.version.upper()


STARTS = [by_name, through_its_module, through_another_function, in_a_function_inside, through_a_class, replay]


@pytest.mark.parametrize("function", [*STARTS, through_a_context_manager], ids=lambda function: function.__name__)
def test_what_can_start_something_is_found(function: Callable[..., object]) -> None:
    """However far away the start of a server stands."""
    assert reaches(function)


@pytest.mark.parametrize("function", [only_asks_git, starts_nothing], ids=lambda function: function.__name__)
def test_what_starts_nothing_stays_quick(function: Callable[..., object]) -> None:
    """Listing the repository's files is nothing that a quick test has to do without."""
    assert not reaches(function)


INNER = """
import importlib
import pytest
from tests.servers import running_redis

@pytest.fixture
def redis():
    with running_redis() as server:
        yield server

@pytest.fixture(params=["memory", "redis"])
def kind(request):
    return request.param

def test_marked(redis):
    assert redis.url

def test_variants(kind):
    assert kind != "redis"

def test_starts():
    importlib.import_module("subprocess").run(["true"])

def test_listens():
    with importlib.import_module("socket").socket() as listening:
        listening.bind(("127.0.0.1", 0))

def test_calls():
    with pytest.raises(OSError):
        importlib.import_module("socket").create_connection(("127.0.0.1", 1))
"""


def test_without_the_mark_nothing_starts_listens_or_calls(tmp_path: Path) -> None:
    """Of the tests without the mark one fails that starts a program, listens, or talks to anybody."""
    (tmp_path / "test_inner.py").write_text(INNER)
    chosen = ["-p", "tests.speeds", "-m", "not server", "--tb=line"]
    apart = ["-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *chosen, *apart]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert "3 failed, 1 passed, 2 deselected" in done.stdout, done.stdout
    for event in ("subprocess.Popen", "socket.bind", "socket.connect"):
        assert f"a test without the mark `server` did this: {event}" in done.stdout


def test_the_longest_are_there() -> None:
    """A module that is renamed keeps its turn."""
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)
