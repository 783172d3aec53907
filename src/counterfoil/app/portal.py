"""The application: Litestar behind the response cache and the edge, and what runs with it from start to stop."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, Protocol

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ASGIApp, Receive, Scope, Send

from counterfoil import __version__, log
from counterfoil.app import background
from counterfoil.settings.features import Feature
from counterfoil.tracing import Tracing
from counterfoil.web.api.description.problems import examples
from counterfoil.web.http.access_log import AccessLog, Served
from counterfoil.web.http.assets import Assets, static_files
from counterfoil.web.http.bodies import MAX_BODY, BodyRequest, read_form
from counterfoil.web.http.edge import Edge, Rules
from counterfoil.web.http.fast_path import FastPath, PlainRequests
from counterfoil.web.http.origin_policy import OriginPolicy
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.security_headers import security_headers
from counterfoil.web.http.shutdown import on_stop
from counterfoil.web.http.tokens.bearer import Bearers
from counterfoil.web.pages import api_docs
from counterfoil.web.pages.errors import ErrorAnswers, leave_to_the_edge
from counterfoil.web.routes import offered, options_of
from counterfoil.web.services import Services
from counterfoil.web.sign_in.sessions import session_cookie
from counterfoil.web.sign_in.with_provider import form_targets

_HTTP: Final = ScopeType.HTTP


class Neighbour(Protocol):
    """What the portal calls, with the connections to it."""

    async def close(self) -> None: ...


class Tracer(Tracing, Protocol):
    """app.open_telemetry.OpenTelemetryTracer is one."""

    def around(self, app: ASGIApp, /) -> ASGIApp: ...

    def record(self, served: Served, /) -> None: ...

    async def close(self) -> None: ...


class Portal(Litestar):
    """`services` is what its handlers work with; `neighbours` are closed when it stops."""

    def __init__(
        self, services: Services, assets: Assets, neighbours: Sequence[Neighbour], tracer: Tracer | None = None
    ) -> None:
        self.services = services
        self._neighbours = neighbours
        self._access_log = AccessLog(services.settings.log_format_or_default)
        documentation = f"{services.settings.base_url}/api/docs"
        errors = ErrorAnswers(services.renderer, services.clients.cached, documentation, services.failures)
        handlers = offered(services.settings.features)
        super().__init__(
            route_handlers=[*options_of(handlers), *handlers, static_files(assets)],
            guards=[services.guard],
            dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
            exception_handlers={Exception: leave_to_the_edge},
            openapi_config=api_docs.config(services.renderer, examples(services.settings.features)),
            # Ours; Litestar's would take over the root logger.
            logging_config=None,
            lifespan=[self._running],
            request_max_body_size=MAX_BODY,
            request_class=BodyRequest,
            before_request=read_form,
        )
        responses, rules = self._response_cache(assets), self._rules(errors, tracer)
        requests = PlainRequests(rules.origin_policy, responses)
        fast_path = FastPath(requests, responses, services.cache, rules)
        edge: ASGIApp = Edge(responses, rules, fast_path.answers)
        self._edge = tracer.around(edge) if tracer else edge

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        # Litestar's own would also load pydantic wherever it is installed, as it is for the tests: 8 MB and 0.2 s.
        return [*plugins, MsgspecDIPlugin()]

    @staticmethod
    def _patch_opentelemetry_middleware(config: AppConfig) -> AppConfig:
        # Litestar would import its own plug-in for traces, which this portal does not use: 30 ms.
        return config

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override]
        if scope["type"] == _HTTP:
            return self._edge(scope, receive, send)
        return super().__call__(scope, receive, send)

    def _response_cache(self, assets: Assets) -> ResponseCache:
        services = self.services
        return ResponseCache(
            super().__call__,
            cache=services.cache,
            sessions=services.sessions,
            bearers=Bearers(services.tokens, are_taken=Feature.TOKENS in services.settings.features),
            new_cookie=partial(session_cookie, services.settings),
            # A cached page names its style sheet: another build's page would name one that is gone. With other features
            # it would lead to pages that are gone, or be one of them.
            version=f"{__version__} {assets.version} {' '.join(sorted(services.settings.features))}",
            is_closed=bool(services.settings.maintenance),
        )

    def _rules(self, errors: ErrorAnswers, tracer: Tracer | None) -> Rules:
        settings = self.services.settings
        recorders: list[Callable[[Served], None]] = [self.services.metrics.record]
        if settings.log_level in {"debug", "info"}:
            recorders.append(self._access_log.record)
        if tracer:
            recorders.append(tracer.record)
        headers, proxies = security_headers(settings, form_targets(settings)), settings.trusted_proxies
        return Rules(OriginPolicy(settings), headers, proxies, errors, tuple(recorders), log.RequestIds())

    @asynccontextmanager
    async def _running(self, _app: Litestar) -> AsyncIterator[None]:
        services = self.services
        await services.cache.start()
        await services.limits.start()
        services.live.start()
        services.metrics.start()
        tasks = background.start(services)
        on_stop(services.live.stop)
        # What is alive now lives as long as the process: the collector need not walk it again. Measured in
        # docs/performance.md: p99 at saturation falls from 55 to 6 ms.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            services.live.stop()
            services.metrics.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await services.audit.close()
            await services.failures.write()
            await self._close()

    async def _close(self) -> None:
        await self.services.cache.close()
        await self.services.limits.close()
        for neighbour in self._neighbours:
            await neighbour.close()
        await self.services.sessions.last_seen.written()
        await self.services.engine.dispose()
        self._access_log.flush()
