"""The names that documents and comments say, and the names that there are: files, modules, classes, constants."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

from tests.shape.sources import ROOT, modules, tracked

ENDINGS = "py|lua|md|html|po|toml|js|mjs|css"
PATH = re.compile(rf"(?<![\w./:@<$-])((?:[\w.-]+/)*[\w-]+\.(?:{ENDINGS}))(?![\w/-])")
FOLDER = re.compile(r"(?<![\w./:@<$-])((?:[\w-]+/)+)$")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{4,}")
CLASS = re.compile(r"(?:[A-Z][a-z0-9]+)+")

NOT_OURS = {"Node.js", "msgspec.json", "portal.css", "portal.js"}
"""They look like paths of this repository; the style sheet is put together at the start."""


def suffixes(path: Path) -> Iterator[str]:
    """Whatever a path may be called by: `reads.py`, `invoices/reads.py`, `billing/invoices/reads.py`, ..."""
    parts = path.relative_to(ROOT).parts
    return ("/".join(parts[start:]) for start in range(len(parts)))


@cache
def files() -> frozenset[str]:
    return frozenset(name for path in tracked() for name in suffixes(path))


@cache
def folders() -> frozenset[str]:
    above = {folder for path in tracked() for folder in path.parents if folder.is_relative_to(ROOT) and folder != ROOT}
    return frozenset(name for folder in above for name in suffixes(folder))


def lost_paths(text: str) -> list[str]:
    """The paths that a text names and that lead nowhere, relative ones ("../") apart: those are links."""
    named = {found[1] for found in PATH.finditer(text)} - NOT_OURS
    return sorted(name for name in named if not name.startswith("../") and name not in files())


def lost_folders(text: str) -> list[str]:
    """Of those between backticks, with a slash at their end."""
    named = {found[1] for token in backticked(text) if (found := FOLDER.match(token))}
    return sorted(name for name in named if name.rstrip("/") not in folders())


def backticked(text: str) -> list[str]:
    """What a document sets in the type of code, blocks apart."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def said_beside_code(path: Path) -> str:
    """The comments and docstrings of a module."""
    source = path.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    alone = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr)]
    return "\n".join([*comments, *(node.value for node in alone if is_text(node))])


def is_text(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def members(body: list[ast.stmt]) -> Iterator[str]:
    """What a module or a class defines, attributes that a method gives to itself included."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if has_target(node) else []
        yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (each.attr for each in ast.walk(node) if is_given_to_itself(each))


def has_target(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign)


def is_given_to_itself(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)


@cache
def known() -> frozenset[str]:
    """Every dotted name that there is, from whichever part on it is told: `Cache.read`, `engine.Cache.read`, ..."""
    found: set[str] = set()
    for path, tree in modules().items():
        module = [part for part in path.relative_to(ROOT / "src").with_suffix("").parts if part != "__init__"]
        names = [(name,) for name in members(tree.body)]
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                names += [(node.name, name) for name in members(node.body)]
        for name in [(), *names]:
            parts = (*module, *name)
            found |= {".".join(parts[start:]) for start in range(len(parts))}
    return frozenset(found)


@cache
def words_of_code() -> frozenset[str]:
    """Texts in the code: WHMCS's actions, settings, fields."""
    nodes = (node for tree in modules().values() for node in ast.walk(tree))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def lost_names(text: str) -> list[str]:
    """What a text between backticks calls by a name of code, and what there is not."""
    return sorted({token for token in backticked(text) if is_lost(token.removesuffix("()"))})


def is_lost(token: str) -> bool:
    if DOTTED.fullmatch(token) and not PATH.fullmatch(token):
        return token not in known() and token not in words_of_code()
    if CONSTANT.fullmatch(token):
        return token not in known() and token.lower() not in known() and token not in words_of_code()
    return bool(CLASS.fullmatch(token)) and token not in known() and token not in words_of_code()
