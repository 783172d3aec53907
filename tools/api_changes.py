"""What has changed in the API since it was released last, and which of that breaks programs that others wrote.
`python -m tools.api_changes` prints it. What is promised: docs/releasing.md. Added values of an answer's enum, added
fields and added errors break nothing: programs must leave aside what they do not know.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tools.arguments import take_none

ROOT = Path(__file__).parent.parent
RELEASED = ROOT / "docs/api"

Document = dict[str, Any]

_BOUNDS = {"maxLength": -1, "maximum": -1, "maxItems": -1, "minLength": 1, "minimum": 1, "minItems": 1}
"""Of what is sent: -1 where a lower number refuses what was taken, 1 where a higher one does."""


class Change(NamedTuple):
    where: str
    what: str
    breaks: bool

    def __str__(self) -> str:
        return f"{'BREAKS' if self.breaks else 'other '}  {self.where}: {self.what}"


def last_released() -> Path:
    """docs/api/openapi-VERSION.json of the highest version."""
    return max(RELEASED.glob("openapi-*.json"), key=lambda path: [int(n) for n in re.findall(r"\d+", path.stem)])


def changes(old: Document, new: Document) -> list[Change]:
    found = [Change(where, "is gone", breaks=True) for where in operations(old).keys() - operations(new).keys()]
    found += [Change(where, "is new", breaks=False) for where in operations(new).keys() - operations(old).keys()]
    for where in operations(old).keys() & operations(new).keys():
        before, after = operations(old)[where], operations(new)[where]
        kinds = (_parameters, _bodies, _answers)
        found += [Change(where, what, breaks) for kind in kinds for what, breaks in kind(before, after, old, new)]
    return sorted(set(found))


def operations(document: Document) -> dict[str, Document]:
    methods = ("get", "post", "put", "patch", "delete")
    paths = document["paths"].items()
    return {f"{m.upper()} {path}": item[m] for path, item in paths for m in methods if m in item}


Found = Iterator[tuple[str, bool]]


def _parameters(before: Document, after: Document, old: Document, new: Document) -> Found:
    had, has = ({(p["in"], p["name"]): p for p in each.get("parameters", [])} for each in (before, after))
    for key in had.keys() - has.keys():
        yield f"{key[0]} parameter {key[1]} is gone", True
    for key in has.keys() - had.keys():
        needed = has[key].get("required", False)
        yield f"{key[0]} parameter {key[1]} is new" + (" and must be given" if needed else ""), needed
    for key in had.keys() & has.keys():
        if has[key].get("required") and not had[key].get("required"):
            yield f"{key[0]} parameter {key[1]} must be given now", True
        schemas = flat(had[key].get("schema", {}), old), flat(has[key].get("schema", {}), new)
        yield from _sent(f"{key[0]} parameter {key[1]}", *schemas)


def _bodies(before: Document, after: Document, old: Document, new: Document) -> Found:
    had, has = (each.get("requestBody", {}).get("content", {}) for each in (before, after))
    if has and not had:
        yield "wants a body now", bool(after["requestBody"].get("required"))
    for kind in had.keys() - has.keys():
        yield f"a body as {kind} is not taken any more", True
    for kind in had.keys() & has.keys():
        yield from _sent("body", flat(had[kind]["schema"], old), flat(has[kind]["schema"], new))


def _answers(before: Document, after: Document, old: Document, new: Document) -> Found:
    had, has = before["responses"], after["responses"]
    for status in had.keys() - has.keys():
        yield f"answer {status} is gone", status.startswith("2")
    for status in has.keys() - had.keys():
        yield f"answer {status} is new", False
    for status in had.keys() & has.keys():
        contents = had[status].get("content", {}), has[status].get("content", {})
        for kind in contents[0].keys() - contents[1].keys():
            yield f"answer {status} is not {kind} any more", True
        for kind in contents[0].keys() & contents[1].keys():
            schemas = (flat(contents[0][kind].get("schema", {}), old), flat(contents[1][kind].get("schema", {}), new))
            yield from _received(f"answer {status}", *schemas)


def flat(schema: Document, document: Document, inside: tuple[str, ...] = ()) -> Document:
    """With what `$ref` leads to in its place; a schema within itself stays a name."""
    if (name := schema.get("$ref")) is not None:
        if name in inside:
            return {"type": name}
        return flat(document["components"]["schemas"][name.rsplit("/", 1)[1]], document, (*inside, name))
    known: Document = {key: schema[key] for key in ("format", "pattern", "const", *_BOUNDS) if key in schema}
    known["type"] = _types(schema, document, inside)
    known["enum"] = set(map(str, schema.get("enum", [])))
    known["properties"] = {k: flat(v, document, inside) for k, v in schema.get("properties", {}).items()}
    known["required"] = set(schema.get("required", []))
    for choice in schema.get("oneOf", []) + schema.get("anyOf", []):
        one = flat(choice, document, inside)
        known["properties"] |= one["properties"]
        known["required"] |= one["required"]
        known["enum"] |= one["enum"]
    if "items" in schema:
        known["items"] = flat(schema["items"], document, inside)
    return known


def _types(schema: Document, document: Document, inside: tuple[str, ...]) -> frozenset[str]:
    kinds = schema.get("type", [])
    found = set(kinds if isinstance(kinds, list) else [kinds])
    for choice in schema.get("oneOf", []) + schema.get("anyOf", []):
        found |= set(flat(choice, document, inside)["type"])
    return frozenset(found)


def _sent(where: str, had: Document, has: Document) -> Found:
    """Of what programs send: whatever was taken is taken."""
    if had["type"] - has["type"]:
        yield f"{where} is {_words(has['type'])}, was {_words(had['type'])}", True
    for value in had["enum"] - has["enum"] if has["enum"] else ():
        yield f"{where} is not {value} any more", True
    if has["enum"] and not had["enum"] and not had.get("const"):
        yield f"{where} is one of few now", True
    if has.get("pattern") not in (None, had.get("pattern")) or has.get("format") not in (None, had.get("format")):
        yield f"{where} has another form", True
    for bound, tighter in _BOUNDS.items():
        if bound in has and (bound not in had or (has[bound] - had[bound]) * tighter > 0):
            yield f"{where}: {bound} is {has[bound]:g}", True
    for name in had["properties"].keys() - has["properties"].keys():
        yield f"{where}: {name} is gone", True
    for name in has["required"] - had["required"]:
        yield f"{where}: {name} must be given now", True
    yield from _inside(where, had, has, _sent)


def _received(where: str, had: Document, has: Document) -> Found:
    """Of what programs get: whatever they could rely on is there."""
    if has["type"] - had["type"]:
        yield f"{where} is {_words(has['type'])}, was {_words(had['type'])}", True
    if has.get("format") != had.get("format") and had.get("format"):
        yield f"{where} has another form", True
    for name in had["properties"].keys() - has["properties"].keys():
        yield f"{where}: {name} is gone", True
    for name in (had["required"] - has["required"]) & has["properties"].keys():
        yield f"{where}: {name} may be missing now", True
    for name in has["properties"].keys() - had["properties"].keys():
        yield f"{where}: {name} is new", False
    yield from _inside(where, had, has, _received)


def _inside(where: str, had: Document, has: Document, compare: Any) -> Found:
    for name in had["properties"].keys() & has["properties"].keys():
        yield from compare(f"{where}.{name}", had["properties"][name], has["properties"][name])
    if "items" in had and "items" in has:
        yield from compare(f"{where}[]", had["items"], has["items"])


def _words(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(kinds)) or "anything"


def announced(changelog: str, released: str) -> set[str]:
    """The operations that a "### Breaking" above the released version names, as `GET /api/v1/x`."""
    since = changelog.partition(f"\n## [{released}]")[0]
    sections = re.findall(r"^### Breaking\n(.*?)(?=^##|\Z)", since, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?]*)`", "".join(sections)))


def unannounced(released: Path, current: Document, changelog: str) -> tuple[list[Change], list[Change]]:
    """Everything that has changed, and what of it breaks programs without being said."""
    found = changes(json.loads(released.read_text(encoding="utf-8")), current)
    said = announced(changelog, released.stem.removeprefix("openapi-"))
    return found, [each for each in found if each.breaks and each.where not in said]


def main() -> None:
    current = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    found, secret = unannounced(last_released(), current, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    print(f"Since {last_released().name}:", *found, sep="\n")
    if secret:
        sys.exit('Not said under "### Breaking" in CHANGELOG.md:\n' + "\n".join(map(str, secret)))


if __name__ == "__main__":
    take_none(__doc__)
    main()
