"""What `make test` does with a test that fails: tests/retry.py, on a suite of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shape.sources import ROOT

Run = Callable[..., str]

ONCE = '''
import os, pathlib, time
import pytest
from hypothesis import given, strategies

HERE = pathlib.Path(__file__).parent

def is_first(what):
    """Of this run of the whole suite."""
    seen = HERE / what
    return not seen.exists() and seen.touch() is None
'''

OF_ALL_KINDS = """
@pytest.fixture(scope="module")
def begun():
    with (HERE / "begun").open("a") as file:
        file.write("x")
    assert not is_first("setup")
    yield
    assert not is_first("ends")

@pytest.fixture
def left():
    yield
    assert not is_first("teardown")

def test_setup(begun): ...

def test_call(begun):
    assert not is_first("call"), "the machine was slow"

def test_teardown(begun, left): ...

def test_both(begun, left):
    if is_first("both"):
        (HERE / "teardown").unlink()
        raise AssertionError

@given(strategies.integers())
def test_property(number):
    assert not is_first("property")

def test_passes(begun): ...
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(tests: str, *options: str, **more: str) -> str:
        for name, text in {"test_first": tests, **more}.items():
            (tmp_path / f"{name}.py").write_text(ONCE + text)
        plugins = ["-p", "xdist", "-p", "pytest_timeout", "-p", "tests.retry", "-p", "no:cacheprovider"]
        options = (*options, "--timeout=200", "--timeout-method=thread")
        command = [sys.executable, "-m", "pytest", *plugins, *options, "--rootdir", str(tmp_path), str(tmp_path)]
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # Half of the start.
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=250, check=False
        )
        return done.stdout

    return run


def last_line(output: str) -> str:
    return output.rstrip().rpartition("\n")[2].strip("= ").partition(" in ")[0]


DISTRIBUTED = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")


def test_what_failed_once_is_run_again_and_named(run: Run, tmp_path: Path) -> None:
    """In setup, call or teardown, with the fixtures of its module made anew; the summary counts what came of it."""
    output = run(OF_ALL_KINDS, *DISTRIBUTED)
    assert last_line(output) == "6 passed", output
    _, _, named = output.partition("FAILED AT FIRST, AND RUN AGAIN")
    for name in ("setup", "call", "teardown", "both", "property"):
        assert f"test_first.py::test_{name}: passed then" in named, output
    assert "the machine was slow" in named
    assert "test_passes" not in named
    assert (tmp_path / "begun").read_text() == "x" * 6  # The first one failed, and four were torn down.


ALWAYS = """
@pytest.fixture(scope="module")
def broken():
    with (HERE / "begun").open("a") as file:
        file.write("x")
    raise OSError("broken for good")

@pytest.mark.parametrize("number", range(9))
def test_broken(broken, number): ...

def test_fine(): ...
"""


def test_what_fails_again_has_failed(run: Run, tmp_path: Path) -> None:
    """A fixture that is broken is no slow machine: some tests are tried again, then it is taken as it is."""
    output = run(ALWAYS)
    assert last_line(output) == "1 passed, 9 errors", output
    assert output.count("failed again") == 3
    assert (tmp_path / "begun").read_text() == "x" * (1 + 3)


KILLED = """
def test_before(): ...

@pytest.mark.parametrize("number", range(4))
def test_killed(number):
    if number == 2 and is_first("killed"):
        os._exit(1)

def test_after(): ...
"""

KILLS = """
def test_kills():
    os._exit(1)

def test_afterwards(): ...
"""

SHORT = "def test_short(): ..."


def test_a_worker_that_ends_in_mid_test(run: Run) -> None:
    """As at a timeout: the run goes on to its end, the test has another try, and the second time it has failed."""
    output = run(KILLED, *DISTRIBUTED, test_killing=KILLS, test_one=SHORT, test_other=SHORT, test_third=SHORT)
    assert last_line(output) == "1 failed, 10 passed", output
    _, _, named = output.partition("FAILED AT FIRST, AND RUN AGAIN")
    assert "test_first.py::test_killed[2]: passed then" in named
    assert "test_killing.py::test_kills: failed again" in named
    assert "crashed while running" in named
