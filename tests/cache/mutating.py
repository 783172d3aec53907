"""How a protective rule of the engine is switched off: a tiny change of one function's text, undone after."""

import asyncio
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest

from tests.cache.fleet import Fleet, Whmcs
from tests.cache.lives import Modelled
from tests.cache.simulate import explore
from tests.virtual import VirtualLoop

Test = Callable[..., Any]


@dataclass(frozen=True)
class Mutation:
    rule: str
    owner: type | ModuleType
    name: str
    old: str
    new: str
    tests: tuple[Test, ...] = ()

    @contextmanager
    def applied(self) -> Iterator[None]:
        there = inspect.getattr_static(self.owner, self.name)
        function = there.fget if isinstance(there, property) else inspect.unwrap(there)
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(self.old) == 1, f"{self.rule}: the engine has changed, change this too"
        made: dict[str, Any] = {}
        # Compiled as what it is: a changed copy of our own code.
        exec(source.replace(self.old, self.new), function.__globals__, made)  # noqa: S102 -- mutating is the purpose
        with patch.object(self.owner, self.name, made[self.name]):
            yield


@dataclass(frozen=True)
class Number(Mutation):
    """A number of rules.py that must be what it is: `old` to `new`."""

    @contextmanager
    def applied(self) -> Iterator[None]:
        assert repr(getattr(self.owner, self.name)) == self.old
        with patch.object(self.owner, self.name, float(self.new)):
            yield


def fails(test: Test) -> bool:
    """Runs a test of the cache on memory and in virtual time, without pytest."""

    async def run() -> None:
        async with AsyncExitStack() as stack, asyncio.timeout(600):
            given = {"fleet": Fleet(stack), "whmcs": Whmcs(), "modelled": Modelled(stack)}
            wanted = inspect.signature(test).parameters
            await test(**{name: given[name] for name in wanted if name in given})

    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(run())
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 -- whatever it is, also a `raises` in vain, it is noticed
        return True
    return False


def breaks_worlds(seeds: Iterable[int], limit: float) -> str:
    """What the first world shows that does not bear it, within so many seconds; empty when all bear it."""
    try:
        return next(iter(explore(seeds, limit=limit).violations), "")
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is noticed
        return f"{type(error).__name__}: {error}"
