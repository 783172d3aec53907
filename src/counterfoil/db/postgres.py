"""How a PostgreSQL is reached, directly or through pgbouncer, which in its transaction mode gives each transaction
another connection to the server: nothing may be left on one, and nothing asked outside a transaction.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

READ_ONLY = "25006"
"""Of a PostgreSQL that a failover has demoted, or that its operator has closed to writes."""

_WITHOUT_NAMES = {
    # A statement without a name lasts until the next one; a name would be known to one connection of the server's and
    # unknown, or taken, on the next. Costs a round trip for each statement; no warm read makes one.
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}


class TakesNoWrites(ConnectionError):
    """As good as away: what it still reads may be old, an ended session for one."""


def make_postgres_engine(url: str, *, connect_timeout: float, statement_timeout: float | None) -> AsyncEngine:
    address = _of_driver(url)
    limits = {"timeout": connect_timeout, "command_timeout": statement_timeout}
    # Of several servers the driver finds the one that takes writes.
    several = {"target_session_attrs": "read-write"} if not isinstance(address.query.get("host", ""), str) else {}
    engine = create_async_engine(
        address,
        hide_parameters=True,  # an unexpected error goes to the log, and the values are people's
        pool_pre_ping=True,  # after a restart of the database the first visitor gets an answer, not an error
        pool_timeout=connect_timeout,
        connect_args={**limits, **_WITHOUT_NAMES, **several},
    )
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "connect", _end_transaction)
    event.listen(engine.sync_engine, "handle_error", _leave_read_only)
    return engine


def _of_driver(url: str) -> URL:
    """What PostgreSQL's own programs call sslmode, the driver calls ssl."""
    address = make_url(url)
    if "sslmode" not in address.query:
        return address
    return address.difference_update_query(["sslmode"]).update_query_dict({"ssl": address.query["sslmode"]})


def _connect(dialect: Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]) -> DBAPIConnection:
    """In a transaction, which SQLAlchemy's own questions about a new connection then belong to."""
    connection = dialect.connect(*arguments, **options)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT current_setting('transaction_read_only')")
        is_read_only = cursor.fetchone() == ("on",)
        cursor.close()
    except BaseException:
        connection.close()
        raise
    if is_read_only:
        connection.close()
        raise TakesNoWrites("the server takes no writes")
    return connection


def _end_transaction(connection: DBAPIConnection, _record: Any) -> None:
    connection.rollback()


def _leave_read_only(context: ExceptionContext) -> None:
    """All connections made before now lead to a server that is read-only by now: no later request gets one of them."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
