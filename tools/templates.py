"""docs/templates.md: what each template gets, written by `make docs` from the classes that it is given."""

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from jinja2 import Environment, meta
from msgspec import Struct
from msgspec.structs import fields

from counterfoil.cli.white_label_checks import our_templates
from counterfoil.web import routes
from counterfoil.web.views.shell import Brand, Shell, View
from counterfoil.web.views.white_label.specimens import every_view, types_of

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs/templates.md"
TEMPLATES = ROOT / "src/counterfoil/web/templates"
_OF_EVERY_PAGE = {"template", "section", "live", "poll"}
BELOW = "<!-- Below: written by make docs. -->\n"


def document() -> str:
    """As it should be: the introduction is written by hand."""
    introduction, _, _ = DOCUMENT.read_text(encoding="utf-8").partition(BELOW)
    return re.sub(r"\n{3,}", "\n\n", introduction + BELOW + "\n" + "\n".join(_tables()) + "\n")


def _tables() -> Iterator[str]:
    assert routes.HANDLERS  # noqa: S101 -- whose modules have all the pages
    views = sorted(every_view(), key=lambda each: (each.template, each.__name__))
    yield "## Pages\n"
    for view in views:
        yield f"### `{view.template}` ({view.__name__})\n"
        yield from _rows(view, "page.")
    yield "## Parts of pages\n"
    yield "What they get is what the page has that uses them.\n\n| template | used by |\n| --- | --- |"
    used = _users()
    for name in sorted(set(our_templates()) - {view.template for view in views}):
        yield f"| `{name}` | {', '.join(f'`{each}`' for each in sorted(used.get(name, ())))} |"
    yield "\n## What those hold\n"
    for kind in sorted(_reached([*views, Brand, Shell]), key=lambda each: (each.__name__, each.__module__)):
        yield f"### {kind.__name__}\n"
        yield from _rows(kind, "")


def _rows(kind: type[Struct], prefix: str) -> Iterator[str]:
    """Its fields, and what is worked out from them."""
    rows = [(name, _words(hint)) for name, hint in types_of(kind).items()] + list(_made(kind))
    if rows:
        yield "| variable | is |\n| --- | --- |"
        yield from (f"| `{prefix}{name}` | {words} |" for name, words in rows)
    else:
        yield "Nothing of its own."
    yield ""


def _made(kind: type[Any]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(inspect.getmembers_static(kind)):
        if name.startswith("_") or name in _OF_EVERY_PAGE | {each.name for each in fields(kind)}:
            continue
        if isinstance(value, property):
            yield name, _words(inspect.signature(value.fget).return_annotation if value.fget else Any)
        elif isinstance(value, cached_property):
            yield name, _words(inspect.signature(value.func).return_annotation)
        elif inspect.isfunction(value):
            yield f"{name}(…)", _words(inspect.signature(value).return_annotation)


def _words(hint: Any) -> str:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is None:
        return "none" if hint in {None, NoneType} else getattr(hint, "__name__", str(hint))
    named = getattr(origin, "__name__", str(origin))
    if named in {"Union", "UnionType"}:
        return " or ".join(map(_words, inside))
    if named == "Literal":
        return " or ".join(f"`{each}`" for each in inside)
    return _collected(named, inside)


def _collected(named: str, inside: tuple[Any, ...]) -> str:
    if named == "tuple" and inside and inside[-1] is Ellipsis:
        return f"several {_words(inside[0])}"
    return f"{named} of {', '.join(map(_words, inside))}"


def _users() -> dict[str, set[str]]:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found: dict[str, set[str]] = {}
    for name in our_templates():
        for used in meta.find_referenced_templates(environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))):
            found.setdefault(str(used), set()).add(name)
    return found


def _reached(kinds: list[type[Any]]) -> set[type[Struct]]:
    """Every struct to which a page leads."""
    found: set[type[Struct]] = set()
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        for hint in types_of(kind).values():
            waiting += [each for each in _structs(hint) if each not in found]
            found |= set(_structs(hint))
    return found | {each for each in kinds if not issubclass(each, View)}


def _structs(hint: Any) -> Iterator[type[Struct]]:
    plain = get_origin(hint) or hint
    if isinstance(plain, type) and issubclass(plain, Struct) and not getattr(plain, "__parameters__", ()):
        yield plain
    for each in get_args(hint):
        yield from _structs(each)


def write() -> None:
    DOCUMENT.write_text(document(), encoding="utf-8")
