"""What every worker does besides answering: orders, approvals, lost webhooks, housekeeping. Each is a task that ends
with the process.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import structlog

from counterfoil.app.streams import end_with_sessions
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.web.services import Services

_log = structlog.get_logger(__name__)

AFTER_A_DEFECT = 5.0
"""Seconds until a task that ended in an error begins again."""

HOUSEKEEPING = 3600.0
"""Seconds between two rounds of deleting what is over."""


def start(services: Services) -> list[asyncio.Task[None]]:
    """The tasks, for whoever stops them."""
    orders = services.orders
    tasks = [
        asyncio.create_task(_keep_house(services), name="housekeeping"),
        asyncio.create_task(_for_ever("streams", partial(end_with_sessions, services)), name="streams"),
        asyncio.create_task(_for_ever("changes", services.changes.catch_up), name="missed changes"),
        asyncio.create_task(_for_ever("orders", orders.worker.run), name="orders"),
    ]
    tasks.append(asyncio.create_task(_for_ever("decisions", services.notices.watch), name="decisions of staff"))
    tasks.append(asyncio.create_task(_for_ever("audit", services.audit.watch), name="audit trail"))
    tasks.append(asyncio.create_task(_for_ever("failures", services.failures.watch), name="failures"))
    tasks.append(asyncio.create_task(_for_ever("observer", services.observer.watch), name="observer"))
    if orders.approvals is not None:
        tasks.append(asyncio.create_task(_for_ever("approvals", orders.approvals.run), name="approvals"))
    return tasks


async def _for_ever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """A defect must not end what nobody would miss before orders pile up or lost webhooks stay lost."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - see above
            _log.error("unexpected error", task=name, exc_info=error)
            await asyncio.sleep(AFTER_A_DEFECT)


async def _keep_house(services: Services) -> None:
    while True:
        # Workers start together, but need not sweep together.
        await asyncio.sleep(HOUSEKEEPING * random.uniform(0.5, 1))  # noqa: S311 - spreads, guards nothing
        try:
            sessions = await services.sessions.sweep()
            tokens = await services.tokens.sweep()
            webhooks = await services.changes.forget_old(datetime.now(UTC))
            attempts = await services.payment_attempts.sweep()
            audit = await services.audit.let_go(datetime.now(UTC))
            failures = await services.failures.sweep()
            _log.info(
                "housekeeping",
                sessions=sessions,
                tokens=tokens,
                webhooks=webhooks,
                attempts=attempts,
                audit=audit,
                failures=failures,
            )
        except TemporarilyUnavailable:
            _log.warning("housekeeping put off", reason="the database is away")
