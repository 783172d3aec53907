"""Figures about the connections to the database, as plain numbers that metrics read. Counting only."""

from collections import Counter

from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.pool import QueuePool

from counterfoil.db.engine import Engine


class DatabaseFigures:
    """Of one engine. `failures` by the name of SQLAlchemy's error: an OperationalError is the database's, an
    IntegrityError somebody else who was quicker.
    """

    def __init__(self, engine: Engine) -> None:
        self._pool = engine.sync_engine.pool
        self.failures: Counter[str] = Counter()
        event.listen(engine.sync_engine, "handle_error", self._count)

    def _count(self, context: ExceptionContext) -> None:
        error = context.sqlalchemy_exception or context.original_exception
        self.failures[type(error).__name__] += 1

    def connections(self) -> dict[str, int]:
        """None of a database in memory, which has one for good."""
        pool = self._pool
        if not isinstance(pool, QueuePool):
            return {}
        return {"in_use": pool.checkedout(), "idle": pool.checkedin()}
