"""The repository as the shape tests read it: files under version control, and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"
PACKAGE = SOURCES / "counterfoil"
SANDBOX = SOURCES / "counterfoil_sandbox"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> tuple[Path, ...]:
    """What is, or is about to be, under version control."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


@cache
def modules() -> dict[Path, ast.Module]:
    """Both packages' modules that people write: no migrations, which are history."""
    paths = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(SOURCES)]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths if "migrations" not in path.parts}


def functions() -> Iterator[tuple[str, Function]]:
    """Every function with the place where it stands."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def lines_of(function: Function) -> int:
    """From `def` to the end, without the docstring."""
    last = function.end_lineno or function.lineno
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return last - function.lineno + 1
    return last - function.lineno - ((first.end_lineno or 0) - first.lineno)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
