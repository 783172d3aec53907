"""`make test` runs a test that failed once more, from nothing, and names it at the end: `-p tests.retry`.

pytest-retry was looked at: it tries neither setup nor teardown again, gives up where the first run's teardown fails,
and loses the names that all workers but one tell it. Here pytest's own protocol runs again, and its reports count.
"""

from typing import Any

import pytest
import pytest_timeout
from _pytest.runner import runtestprotocol
from _pytest.terminal import TerminalReporter
from xdist.scheduler import LoadScopeScheduling

MOST = 3
"""Tests of one worker that may fail twice. After them none is tried again: that is no slow machine but a defect."""

failed_twice = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[failed_twice] = 0
    config.pluginmanager.register(Names())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Only the reports of the run that counts go to pytest; what the first one said is attached to the last of them."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    why = "\n".join(f"{each.when}: {each.longreprtext}" for each in reports if each.failed)
    if why and item.config.stash[failed_twice] < MOST and not (item.session.shouldfail or item.session.shouldstop):
        why += _forget_fixtures(item)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        item.config.stash[failed_twice] += any(each.failed for each in reports)
        vars(reports[-1])["first_run"] = why
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _forget_fixtures(item: pytest.Item) -> str:
    """Those of the module and the session too: what failed may be what they have started."""
    settings = pytest_timeout._get_item_settings(item)
    if settings.timeout and not settings.func_only:  # The whole time again.
        item.config.hook.pytest_timeout_cancel_timer(item=item)
        item.config.hook.pytest_timeout_set_timer(item=item, settings=settings)
    ended = pytest.CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(None), "teardown")
    return f"\nfixtures: {ended.excinfo.exconly()}" if ended.excinfo else ""


class Scheduler(LoadScopeScheduling):
    """xdist's, when a worker ends in mid-test, as it does at a timeout: its queue gets all modules again that this
    worker was ever given, of those that are done nobody reports an end, and the run hangs. Nor does it see that the
    worker in its place has still to collect.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self.ended_a_worker: set[str] = set()

    def remove_node(self, node: Any) -> str | None:
        workload = self.assigned_work.pop(node)
        left = {scope: unit for scope, unit in workload.items() if not all(unit.values())}
        if not left:
            return None
        scope, running = next((scope, test) for scope, unit in left.items() for test, done in unit.items() if not done)
        left[scope][running] = running in self.ended_a_worker  # The second time it counts as done: it failed.
        self.workqueue.update({scope: unit for scope, unit in left.items() if not all(unit.values())})
        for other in self.assigned_work:
            self._reschedule(other)
        return running

    def _reschedule(self, node: Any) -> None:
        if node in self.registered_collections:
            super()._reschedule(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduler | None:
    return Scheduler(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport, sched: Any) -> None:
    """The first time it is no failure yet: the scheduler gives the test to another worker."""
    if isinstance(sched, Scheduler) and crashitem not in sched.ended_a_worker:
        sched.ended_a_worker.add(crashitem)
        vars(report)["first_run"] = report.longreprtext
        report.outcome, report.when = "passed", "setup"  # counted by nobody


class Names:
    """Of what was tried again, for the end of the output."""

    def __init__(self) -> None:
        self._first_runs: dict[str, str] = {}
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        if hasattr(report, "first_run"):
            self._first_runs[report.nodeid] = report.first_run

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        if not self._first_runs:
            return
        terminalreporter.section("FAILED AT FIRST, AND RUN AGAIN: a defect each (docs/testing.md)")
        for name, why in self._first_runs.items():
            terminalreporter.line(f"{name}: {'failed again' if name in self._failed else 'passed then'}", bold=True)
            terminalreporter.line(why)
