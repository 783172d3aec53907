"""How modules are written: names, openings, imports. Who may import whom: import-linter, in `make check`."""

import ast
from pathlib import Path

from tests.shape.sources import PACKAGE, ROOT, SANDBOX, SOURCES, modules

NO_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "services", "base", "misc"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_modules_say_what_lives_in_them() -> None:
    """Every module opens with one to four lines: what lives here and what does not. A drawing may follow."""
    openings = {name_of(path): (ast.get_docstring(tree) or "").partition("\n\n")[0] for path, tree in modules().items()}
    assert [name for name, text in openings.items() if not 1 <= len(text.splitlines()) <= 4] == []


def test_nothing_is_called_utils() -> None:
    """What would be called `utils` has a better name or a library."""
    # The one struct that the web's handlers work with, not a drawer for whatever has no other place.
    others = [path for path in modules() if path != PACKAGE / "web/services.py"]
    assert [name_of(path) for path in others if {path.stem, *path.relative_to(SOURCES).parts} & NO_NAMES] == []


def test_no_method_hides_list() -> None:
    """No method is named `list`, which would hide the type in its class."""
    named = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "list"
    ]
    assert named == []


def test_imports_stand_at_the_top() -> None:
    """An import inside a function is a measured gain at start, said so beside it: `# Measured: ...`."""
    hidden = []
    for path, tree in modules().items():
        lines = path.read_text(encoding="utf-8").splitlines()
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                imports = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                for node in imports:
                    beside = " ".join(lines[node.lineno - 4 : node.end_lineno])
                    if "# Measured: " not in beside:
                        hidden.append(f"{name_of(path)}:{node.lineno}")
    assert hidden == []


def test_the_framework_sees_real_types() -> None:
    """Annotations in web/ are evaluated: no postponed ones, no imports for the type checker alone."""
    web = {path: path.read_text(encoding="utf-8") for path in modules() if path.is_relative_to(PACKAGE / "web")}
    assert [name_of(path) for path, text in web.items() if "__future__" in text or "TYPE_CHECKING" in text] == []


def test_plug_ins_come_from_their_lasting_place() -> None:
    """`litestar.contrib` is gone in the framework's next major version."""
    assert [name_of(path) for path in modules() if "litestar.contrib" in path.read_text(encoding="utf-8")] == []


def rooms(package: Path) -> set[str]:
    """The folders directly in it that hold code."""
    inside = (path.relative_to(package).parts for path in modules() if path.is_relative_to(package))
    return {parts[0] for parts in inside if len(parts) > 1}


def test_every_room_has_its_tests() -> None:
    """tests/ has a folder of the same name for each room, and one for the sandbox."""
    found = {path.parent.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert sorted((rooms(PACKAGE) | {"sandbox"}) - found) == []
    assert rooms(SANDBOX)
