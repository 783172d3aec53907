"""Traces for a collector that speaks OTLP over HTTP. Imported only where OTEL_EXPORTER_OTLP_ENDPOINT is set: the
libraries take 0.3 s and 10 MB.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span as OpenTelemetrySpan
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from counterfoil import __version__
from counterfoil.tracing import Span
from counterfoil.web.http.access_log import Served

_log = structlog.get_logger(__name__)

EXPORT_TIMEOUT = 5.0
"""Seconds for one batch; what is not taken by then is dropped, for nobody waits for it."""

STOP_TIMEOUT = 2.0
"""Seconds for the last batch when the portal stops."""

_request: ContextVar[OpenTelemetrySpan | None] = ContextVar("request_span", default=None)
"""Of the request that is answered."""


class _Attributes:
    def __init__(self, span: OpenTelemetrySpan) -> None:
        self._span = span

    def say(self, name: str, value: str | int) -> None:
        self._span.set_attribute(name, value)


class OpenTelemetryTracer:
    """For one worker, made after its fork: a thread of its own sends what has ended."""

    def __init__(self, endpoint: str) -> None:
        # Its own lines would come with each batch while the collector is away, and quote addresses.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        # Names and headers for the collector come from OpenTelemetry's own variables.
        resource = Resource.create({"service.name": "counterfoil", "service.version": __version__})
        self._provider = TracerProvider(resource=resource)
        exporter = QuietExporter(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_TIMEOUT))
        self._provider.add_span_processor(BatchSpanProcessor(exporter, export_timeout_millis=EXPORT_TIMEOUT * 1000))
        self._tracer = self._provider.get_tracer("counterfoil", __version__)
        self._propagator = TraceContextTextMapPropagator()

    def span(self, name: str, /) -> AbstractContextManager[Span]:
        return self._open(name)

    @contextmanager
    def _open(self, name: str) -> Iterator[Span]:
        opened = self._tracer.start_as_current_span(
            name, kind=SpanKind.CLIENT, record_exception=False, set_status_on_exception=False
        )
        with opened as span:
            try:
                yield _Attributes(span)
            except Exception as error:
                # The class alone: its words may quote what WHMCS or a person has said.
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def around(self, app: ASGIApp) -> ASGIApp:
        """A span for each request, within the one that a proxy names in `traceparent`."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                return  # as at the edge: there are no websockets here
            carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            within = self._propagator.extract(carrier)
            with self._tracer.start_as_current_span(
                scope["method"], within, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
            ) as span:
                _request.set(span)
                await app(scope, receive, send)

        return traced

    def record(self, served: Served) -> None:
        """What is known of a request when it is over: no address, no query, nobody's name."""
        span = _request.get()
        if span is None:
            return
        span.update_name(f"{served.method} {served.route}")
        said: dict[str, str | int] = {
            "http.request.method": served.method,
            "http.route": served.route,
            "http.response.status_code": served.status,
            "counterfoil.request_id": served.request_id,
        }
        span.set_attributes(said | ({"error.type": served.code} if served.code else {}))
        if served.status >= 500:
            span.set_status(Status(StatusCode.ERROR))

    async def close(self) -> None:
        """Whoever stops the portal does not wait for a collector that is away."""
        stopping = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        stopping.start()
        await asyncio.to_thread(stopping.join, STOP_TIMEOUT)


class QuietExporter(SpanExporter):
    """Says once that traces are not taken, and once that they are again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        is_away = result is not SpanExportResult.SUCCESS
        if is_away and not self._is_away:
            _log.warning("traces are not taken", hint="is the collector at OTEL_EXPORTER_OTLP_ENDPOINT running?")
        if self._is_away and not is_away:
            _log.info("traces are taken again")
        self._is_away = is_away
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)
