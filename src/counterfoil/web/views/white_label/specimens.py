"""Two made-up ones of every page, by the types of what its template gets: full, and with as little as there can be.

So a template of an operator's is tried before a customer sees it, and no field can be forgotten.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields as fields_of

from counterfoil.errors import BillingUnavailable, CounterfoilError
from counterfoil.model import InvoiceStatus, Money
from counterfoil.web.views.list_query import ListQuery
from counterfoil.web.views.shell import View

_WORDS = {
    "currency": "EUR",
    "language": "en",
    "country": "GB",
    "decision": "linked",
    "emails": "invoice",
    "unreadable": "emails",
}
"""Texts that must mean something to whoever shows them."""

_NEVER_NONE = {"price"}
"""Of what is ordered it is known on every page that there is."""

_PLAIN: dict[Any, Any] = {
    str: "Specimen",
    int: 2,
    float: 2.0,
    bool: True,
    bytes: b"",
    Decimal: Decimal("19.5"),
    date: date(2026, 11, 22),
    datetime: datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    Money: Money.of("134.50", "EUR"),
    ListQuery: ListQuery(),
    InvoiceStatus: InvoiceStatus.UNPAID,
    CounterfoilError: BillingUnavailable("specimen"),
    Any: "Specimen",
    object: "Specimen",
}


def every_view(kind: type[View] = View) -> Iterator[type[View]]:
    """Whatever has a template, of what has been imported."""
    for each in kind.__subclasses__():
        if each.__dict__.get("template") and each.__module__.startswith("counterfoil."):
            yield each
        yield from every_view(each)


def specimens(kind: type[View]) -> tuple[View, View]:
    return _made(kind, is_full=True), _made(kind, is_full=False)


def types_of(kind: Any) -> dict[str, Any]:
    """The fields of a struct and their types; of `Paged[QuoteItem]` with QuoteItem in its place."""
    origin = get_origin(kind) or kind
    known = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=False))
    hints = get_type_hints(origin)
    return {each.name: _filled(hints[each.name], known) for each in fields_of(origin)}


def _filled(hint: Any, known: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return known[hint]
    wanted = getattr(hint, "__parameters__", ())
    return hint[tuple(known[each] for each in wanted)] if wanted else hint


def _made(kind: Any, *, is_full: bool) -> Any:
    origin = get_origin(kind) or kind
    needed = {each.name for each in fields_of(origin) if is_full or each.name in _NEVER_NONE or each.required}
    hints = types_of(kind)
    return origin(**{name: _value(name, hints[name], is_full=is_full) for name in hints if name in needed})


def _value(name: str, hint: Any, *, is_full: bool) -> Any:
    if hint in _PLAIN:
        return _WORDS.get(name, _PLAIN[hint]) if hint is str else _PLAIN[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(name, inside, is_full=is_full)
    if origin is Literal:
        return inside[0]
    if origin is not None and not issubclass(origin, Struct):
        return _collection(name, origin, inside, is_full=is_full)
    return _instance(hint, is_full=is_full)


def _one_of(name: str, kinds: tuple[Any, ...], *, is_full: bool) -> Any:
    if NoneType in kinds and not is_full and name not in _NEVER_NONE:
        return None
    return _value(name, next(each for each in kinds if each is not NoneType), is_full=is_full)


def _collection(name: str, origin: Any, inside: tuple[Any, ...], *, is_full: bool) -> Any:
    if issubclass(origin, Mapping):
        return {}
    if issubclass(origin, tuple) and inside[-1] is not Ellipsis:
        return tuple(_value(name, each, is_full=is_full) for each in inside)
    kind = list if origin in (Sequence, Iterable) else origin
    return kind([_value(name, inside[0], is_full=is_full)] if is_full else [])


def _instance(kind: Any, *, is_full: bool) -> Any:
    plain = get_origin(kind) or kind
    if issubclass(plain, Struct):
        return _made(kind, is_full=is_full)
    if issubclass(plain, Enum):
        return next(iter(plain))
    if issubclass(plain, CounterfoilError):
        return plain()
    hints = get_type_hints(plain)  # of a dataclass or a named tuple
    return plain(**{name: _value(name, hint, is_full=is_full) for name, hint in hints.items()})
