"""Structured logs on stderr: what a line may carry, and how a request id gets into it."""

import logging
import os
import re
import sys
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered; every line then names it."""


_ID_BYTES = 10
"""80 random bits: enough to never meet another one's log lines. They are the kernel's: workers are forks, and would all
go on from the same state of a generator of our own."""


def new_request_id() -> str:
    return os.urandom(_ID_BYTES).hex()


class RequestIds:
    """For each request one, drawn 64 at a time: asking the kernel was a twentieth of a warm read. Each worker makes its
    own after its fork.
    """

    def __init__(self) -> None:
        self._drawn: list[str] = []

    def new(self) -> str:
        if not self._drawn:
            drawn = os.urandom(64 * _ID_BYTES).hex()
            self._drawn = [drawn[at : at + 2 * _ID_BYTES] for at in range(0, len(drawn), 2 * _ID_BYTES)]
        return self._drawn.pop()


# Values under these keys are never written, whoever logs them; allow-listing at the call sites is the first line
# of defence, this the second. See docs/security.md.
_SECRET_KEYS = re.compile(
    r"passw|secret|token|cookie|authorization|signature|accesskey|access_key|identifier|redirect_url|card_number|cvv",
    re.IGNORECASE,
)
_SECRET_VALUES = re.compile(r"whsec_[A-Za-z0-9+/=]+|access_token=[^&\s\"']+|eyJ[\w-]{1,2000}\.[\w-]{1,2000}\.[\w-]+")
LONGEST_VALUE = 20_000
"""Characters of a value; tracebacks have some thousand."""
_URL_QUERY = re.compile(r"(https?://[^\s\"'?#]+)\?[^\s\"']*")


def configure(level: str, log_format: str) -> None:
    """Sends structlog and the standard library's logging to stderr. `log_format`: "json" or "console"."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if log_format == "console" else structlog.processors.JSONRenderer()
    )
    shared: list[Processor] = [
        _name_request,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # The database drivers log every statement with its values at DEBUG: sessions' names, addresses, people.
    root.setLevel(max(logging.INFO, _number(level)))
    logging.getLogger("counterfoil").setLevel(_number(level))
    # httpx2 logs every URL at INFO, the one-time links' included.
    for noisy in ("httpx2", "httpcore2", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _name_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if known := request_id.get():
        event.setdefault("request_id", known)
    return event


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blanks secret keys and whatever looks like a secret inside a text."""
    return {key: "[redacted]" if _SECRET_KEYS.search(key) else cleaned(value) for key, value in event.items()}


def cleaned(value: Any) -> Any:
    """Without what looks like a secret, and without the query of an address."""
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST_VALUE:  # the patterns take the square of it
        value = f"{value[:LONGEST_VALUE]} ..."
    return _URL_QUERY.sub(r"\1", _SECRET_VALUES.sub("[redacted]", value))
