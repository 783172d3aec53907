"""The composition root: Settings in, the wired portal out. The only place where parts are constructed."""

import asyncio
import gc
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import structlog
from litestar import Litestar
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import Receive, Scope, Send

from counterfoil import __version__, log
from counterfoil.accounts.rights import Rights
from counterfoil.accounts.sessions import Sessions
from counterfoil.accounts.sign_in import SignIn
from counterfoil.billing.changes import Changes
from counterfoil.billing.clients import Clients
from counterfoil.billing.contacts import Contacts
from counterfoil.billing.credits import Credits
from counterfoil.billing.freshness import Lifetimes
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.hand_offs import HandOffs
from counterfoil.billing.invoices import Invoices
from counterfoil.billing.missed import Missed
from counterfoil.billing.payment_methods import PaymentMethods
from counterfoil.billing.profiles import Profiles
from counterfoil.billing.quotes import Quotes
from counterfoil.billing.reading import Calendar
from counterfoil.billing.records import Records
from counterfoil.billing.statements import Statements
from counterfoil.billing.subscriptions import Subscriptions
from counterfoil.billing.together import Together
from counterfoil.billing.transactions import Transactions
from counterfoil.cache import open_cache
from counterfoil.db import events
from counterfoil.db.engine import make_engine
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.settings import Settings, load
from counterfoil.web import openapi
from counterfoil.web.access_log import AccessLog
from counterfoil.web.assets import Assets, static_files
from counterfoil.web.bodies import MAX_BODY, BodyRequest
from counterfoil.web.edge import Edge, Rules
from counterfoil.web.effects import take_effect_and_note
from counterfoil.web.errors import ErrorAnswers
from counterfoil.web.figures import families
from counterfoil.web.guard import Guard
from counterfoil.web.kept import Answers, KeptAnswers
from counterfoil.web.limits import open_limits
from counterfoil.web.live import Live
from counterfoil.web.metrics import Metrics
from counterfoil.web.rendering import Renderer
from counterfoil.web.routes import HANDLERS
from counterfoil.web.security import Doors, security_headers
from counterfoil.web.session import cookie_name
from counterfoil.web.stopping import on_stop
from counterfoil.web.views import Brand
from counterfoil.web.wiring import Parts
from counterfoil.whmcs.addon_api import WhmcsAddon
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.records_api import WhmcsRecords

_log = structlog.get_logger(__name__)

HOUSEKEEPING = 3600.0
"""Seconds between two rounds of deleting what is over."""


def create() -> "Portal":
    """What each worker of `counterfoil serve` calls."""
    settings = load()
    log.configure(settings.log_level, settings.log_format_or_default)
    return build(settings)


def build(settings: Settings) -> "Portal":
    """Nothing is connected before the lifespan starts."""
    assets = Assets(settings.brand_accent)
    client = WhmcsClient(
        url=settings.whmcs_url,
        identifier=settings.whmcs_identifier,
        secret=settings.whmcs_secret,
        access_key=settings.whmcs_access_key,
        timeout=settings.whmcs_timeout_seconds,
        max_concurrency=settings.whmcs_max_concurrency,
    )
    return Portal(_parts(settings, client, assets), client, assets)


def _parts(settings: Settings, client: WhmcsClient, assets: Assets) -> Parts:
    api = WhmcsApi(client, timezone=settings.whmcs_timezone)
    addon = WhmcsAddon(client, timezone=settings.whmcs_timezone)
    cache = open_cache(settings.cache_url)
    engine = make_engine(settings.database_url)
    limits = open_limits(settings.cache_url)
    live = Live(cache)
    lifetimes, patience = Lifetimes.of(settings), settings.whmcs_timeout_seconds
    calendar = Calendar(settings.whmcs_timezone, time.time)
    clients = Clients(api, cache, lifetimes, patience)
    records = Records(cache, lifetimes, clients, patience)
    records_api = WhmcsRecords(client, timezone=settings.whmcs_timezone)
    gateways = Gateways(api, cache, lifetimes, patience)
    read_one = Together(api, addon).invoice
    invoices = Invoices(api, cache, lifetimes, clients, calendar, patience=patience, read_one=read_one)
    missed = Missed(engine, addon, cache)
    transactions, credits_ = Transactions(records_api, records), Credits(records_api, records)
    rights = Rights(engine, cache, api, clients.name, patience=patience)
    sessions = Sessions(engine, cache, rights, keys=settings.secret_key)
    return Parts(
        settings=settings,
        cache=cache,
        engine=engine,
        sessions=sessions,
        sign_in=SignIn(engine, api, issuer=settings.whmcs_url),
        guard=Guard(sessions, cache, limits),
        calendar=calendar,
        clients=clients,
        gateways=gateways,
        payment_methods=PaymentMethods(
            api, cache, lifetimes, calendar, clients=clients, gateways=gateways, patience=patience
        ),
        invoices=invoices,
        subscriptions=Subscriptions(api, records, calendar),
        transactions=transactions,
        credits=credits_,
        statements=Statements(invoices, clients, transactions, credits_, calendar),
        quotes=Quotes(records_api, records, calendar),
        contacts=Contacts(records_api, records),
        hand_offs=HandOffs(api, cache, invoices, settings.whmcs_url),
        profiles=Profiles(api, cache, clients),
        changes=Changes(cache, api),
        missed=missed,
        answers=Answers(cache),
        renderer=_renderer(settings, assets),
        limits=limits,
        live=live,
        metrics=Metrics(families(cache.figures, client.health, live, missed.figures)),
    )


def _renderer(settings: Settings, assets: Assets) -> Renderer:
    brand = Brand(settings.brand_name, settings.brand_logo_url, settings.brand_accent, settings.support_url)
    return Renderer(brand, assets.address, zone=settings.whmcs_timezone, template_dir=settings.template_dir)


class Portal(Litestar):
    """Litestar behind the kept answers and the edge. `parts` is what its handlers work with."""

    def __init__(self, parts: Parts, client: WhmcsClient, assets: Assets) -> None:
        self.parts = parts
        self._client = client
        self._access_log = AccessLog(parts.settings.log_format_or_default)
        errors = ErrorAnswers(parts.renderer, f"{parts.settings.base_url}/api/docs")
        super().__init__(
            route_handlers=[*HANDLERS, static_files(assets)],
            guards=[parts.guard],
            dependencies={"parts": Provide(lambda: parts, sync_to_thread=False)},
            exception_handlers={Exception: errors.handle},
            openapi_config=openapi.config(parts.renderer),
            # Ours; Litestar's would take over the root logger.
            logging_config=None,
            lifespan=[self._running],
            request_max_body_size=MAX_BODY,
            request_class=BodyRequest,
        )
        self._edge = Edge(self._kept(assets), self._rules(errors))

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        # Litestar's own would also load pydantic wherever it is installed, as it is for the tests: 8 MB and 0.2 s.
        return [*plugins, MsgspecDIPlugin()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        if scope["type"] == ScopeType.HTTP:
            await self._edge(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _kept(self, assets: Assets) -> KeptAnswers:
        parts = self.parts
        return KeptAnswers(
            super().__call__,
            cache=parts.cache,
            sessions=parts.sessions,
            cookie_name=cookie_name(parts.settings),
            # A kept page names its style sheet: another build's page would name one that is gone.
            version=f"{__version__} {assets.version}",
        )

    def _rules(self, errors: ErrorAnswers) -> Rules:
        settings = self.parts.settings
        notes = [self.parts.metrics.note]
        if settings.log_level in {"debug", "info"}:
            notes.append(self._access_log.note)
        return Rules(Doors(settings), security_headers(settings), settings.trusted_proxies, errors, tuple(notes))

    @asynccontextmanager
    async def _running(self, _app: Litestar) -> AsyncIterator[None]:
        parts = self.parts
        await parts.cache.start()
        parts.live.start()
        parts.metrics.start()
        housekeeping = asyncio.create_task(_keep_house(parts), name="housekeeping")
        watching = asyncio.create_task(parts.missed.watch(partial(take_effect_and_note, parts)), name="missed changes")
        on_stop(parts.live.stop)
        # What is alive now lives as long as the process: the collector need not walk it again. Measured in
        # docs/performance.md: p99 at saturation falls from 55 to 6 ms.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            parts.live.stop()
            parts.metrics.stop()
            housekeeping.cancel()
            watching.cancel()
            await parts.cache.close()
            await parts.limits.close()
            await self._client.close()
            await parts.engine.dispose()
            self._access_log.flush()


async def _keep_house(parts: Parts) -> None:
    while True:
        # Workers start together, but need not sweep together.
        await asyncio.sleep(HOUSEKEEPING * random.uniform(0.5, 1))  # noqa: S311 - spreads, guards nothing
        try:
            sessions = await parts.sessions.sweep()
            webhooks = await events.forget_old(parts.engine, datetime.now(UTC))
            _log.info("housekeeping", sessions=sessions, webhooks=webhooks)
        except TemporarilyUnavailable:
            _log.warning("housekeeping put off", reason="the database is away")
