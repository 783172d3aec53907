"""Small files, small functions: STYLE.md, measured."""

import ast
from collections import Counter
from statistics import median, quantiles

from tests.shape.sources import PACKAGE, ROOT, Function, functions, lines_of, modules, tracked


def nine_of_ten(sizes: list[int]) -> float:
    return quantiles(sizes, n=10)[-1]


def test_files_are_small() -> None:
    """Files: median at most 100 lines, none over 250."""
    sizes = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert [name for name, size in sizes.items() if size > 250] == []
    assert median(sizes.values()) <= 100


def test_folders_are_small() -> None:
    """No folder holds more than 25 modules side by side: a bigger room gets rooms of its own."""
    sizes = Counter(str(path.parent.relative_to(ROOT)) for path in modules())
    assert {folder: size for folder, size in sizes.items() if size > 25} == {}


def test_functions_are_small() -> None:
    """Functions: median at most 9 lines, nine of ten under 25, none over 50."""
    sizes = {where: lines_of(function) for where, function in functions()}
    assert [where for where, size in sizes.items() if size > 50] == []
    assert median(sizes.values()) <= 9
    assert nine_of_ten(list(sizes.values())) < 25


def is_route(function: Function) -> bool:
    decorators = [item.func for item in function.decorator_list if isinstance(item, ast.Call)]
    return any(
        isinstance(item, ast.Name) and item.id in {"get", "post", "put", "patch", "delete"} for item in decorators
    )


def test_few_positional_parameters() -> None:
    """At most five parameters are told apart by their place alone. A route's are named by the request."""
    many = [
        where
        for where, function in functions()
        if not is_route(function)
        and len([arg for arg in function.args.posonlyargs + function.args.args if arg.arg not in {"self", "cls"}]) > 5
    ]
    assert many == []


def test_templates_are_small() -> None:
    """Templates have at most 80 lines."""
    pages = [path for path in tracked() if path.is_relative_to(PACKAGE / "web/templates")]
    sizes = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in pages}
    assert pages, "no templates found"
    assert {name: size for name, size in sizes.items() if size > 80} == {}


def test_tests_and_proofs_are_small_too() -> None:
    """No file of theirs has more than 250 lines."""
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"tests", "proofs"}
    }
    assert [name for name, size in sizes.items() if size > 250] == []
