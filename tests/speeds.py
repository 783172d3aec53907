"""Which tests need a server. The mark is put here, by looking at the code, so that nobody can forget it.

`make quick` runs the tests without the mark `server`. What the looking misses, the watch over all of them reports.
"""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

STARTING = {"tests.processes", "tests.browser", "subprocess", "playwright", "granian", "counterfoil_sandbox.proxy"}
"""Modules from which nothing is taken but to start a program, or to drive one."""

LISTENING = {"start_server", "start_unix_server", "create_server", "create_subprocess_exec", "HTTPServer"}
"""What is called to listen, or to start a program, by whatever name it was imported."""

ON_A_SERVER = {"redis", "cluster", "postgres", "mariadb", "postgresql+redis", "sqlite+memory"}
"""Parameters by which a test runs on a server of its own, or (`sqlite+memory`) on a whole portal."""

LISTS_FILES = "tests.shape.sources"
"""Asks git for the files of the repository, which is no server."""

LONGEST = (
    "web/views/test_templates.py",
    "cache/test_cluster.py",
    "orders/test_game_day.py",
    "portal/test_dialects.py",
    "web/test_money_audit.py",
    "orders/test_unheard_outcomes.py",
    "inventory/test_routes.py",
    "orders/test_takeover.py",
    "addon/test_delivery.py",
    "cli/test_doctor.py",
    "proof/test_hold.py",
    "portal/test_spot_checks.py",
    "portal/test_staff_console.py",
    "portal/test_staff_views.py",
    "promises/test_if_something_goes_wrong.py",
    "orders/test_killed.py",
    "portal/test_idle.py",
    "proof/test_short_run.py",
    "web/http/test_callers_memory.py",
    "cache/test_failover.py",
    "addon/test_portal.py",
    "promises/test_pictures.py",
    "cli/test_stopping.py",
    "portal/test_crowd.py",
    "promises/test_invoices.py",
    "promises/test_story.py",
    "orders/test_idle.py",
    "cli/test_serving.py",
    "portal/test_progress.py",
    "promises/test_payment_methods.py",
    "promises/test_orders.py",
    "site/test_commands.py",
    "accounts/test_commands.py",
    "portal/test_closed_accounts.py",
    "web/views/test_narrow.py",
    "web/metrics/test_rules.py",
    "web/http/test_unread_bodies.py",
    "cache/test_late_failover.py",
    "web/test_locked_database.py",
    "portal/test_on_a_cluster.py",
    "orders/test_with_addon.py",
    "cache/test_spot_checks.py",
    "web/test_summary.py",
    "db/test_pgbouncer.py",
    "app/test_tracing.py",
    "cli/test_service_manager.py",
    "portal/test_burst.py",
    "site/test_start.py",
    "site/test_site.py",
)
"""Modules of more than some ten seconds, those of most first: where one of them comes last, all others wait for it."""

FORBIDDEN = {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec", "os.system", "socket.bind", "socket.connect"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and needs_server(item):
            item.add_marker("server")
    if hasattr(config, "workerinput"):  # One process alone keeps pytest's order, which changes fixtures least.
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Modules go to whichever worker is free in this order (`--no-loadscope-reorder`), each as a whole."""
    module = item.nodeid.partition("::")[0].removeprefix("tests/")
    return LONGEST.index(module) if module in LONGEST else len(LONGEST)


def needs_server(item: pytest.Function) -> bool:
    """It, or a fixture of its, can reach what starts or listens; or it is the variant on a server."""
    chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
    if any(isinstance(value, str) and value in ON_A_SERVER for value in chosen):
        return True
    fixtures = (each.func for defined in item._fixtureinfo.name2fixturedefs.values() for each in defined[-1:])
    return any(reaches(_inner(function)) for function in (item.function, *fixtures))


def _inner(function: Any) -> Any:
    """What hypothesis and context managers are wrapped around."""
    given = getattr(function, "hypothesis", None)
    return inspect.unwrap(given.inner_test if given else function)


@cache
def reaches(value: Any) -> bool:
    """Through functions and classes of tests/ and proofs/, whatever they call by name. Loops end: a function is looked
    at once.
    """
    return any(_is_start(each) for each in _everything_below(value))


def _everything_below(value: Any) -> Iterator[Any]:
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if _is_ours(each):
            waiting += _named_in(each)


def _is_ours(value: Any) -> bool:
    return (
        isinstance(value, FunctionType | type)
        and value.__module__.startswith(("tests.", "proofs.", "test_", "conftest"))
        and value.__module__ != LISTS_FILES
    )


def _is_start(value: Any) -> bool:
    if isinstance(value, str):
        return value in LISTENING
    module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return isinstance(module, str) and any(module == known or module.startswith(f"{known}.") for known in STARTING)


def _named_in(value: FunctionType | type) -> list[Any]:
    if isinstance(value, type):
        members = (getattr(each, "__func__", getattr(each, "fget", each)) for each in vars(value).values())
        return [_inner(each) for each in members if isinstance(each, FunctionType)]
    names = set(_names(value.__code__))
    known = [value.__globals__[name] for name in names if name in value.__globals__]
    helpers = [each for each in known if isinstance(each, ModuleType) and each.__name__.startswith("tests.")]
    known += [vars(module)[name] for module in helpers for name in names if name in vars(module)]
    worth_a_look = [_inner(each) for each in known if isinstance(each, ModuleType) or callable(each)]
    return [*worth_a_look, *(names & LISTENING)]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


class Watch:
    """Notes what a test does that only those with the mark may do, by the audit events that Python raises for it."""

    def __init__(self) -> None:
        self._seen: list[str] | None = None
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        asks_git = event == "subprocess.Popen" and args[0] == "git"
        if self._seen is not None and event in FORBIDDEN and not asks_git:
            self._seen.append(f"{event} {args[:2]}")

    @contextmanager
    def over(self, item: pytest.Item) -> Iterator[None]:
        if item.get_closest_marker("server"):
            yield
            return
        self._seen = seen = []
        try:
            yield
        finally:
            self._seen = None
        if seen:
            pytest.fail(f"a test without the mark `server` did this: {seen[0]}. See tests/speeds.py", pytrace=False)


_watch = Watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with _watch.over(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with _watch.over(item):
        yield
