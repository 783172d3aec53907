"""The composition root: Settings in, the wired portal out. The only place where parts are constructed."""

import asyncio
import gc
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
from counterfoil.app.limits import open_limits
from counterfoil.app.parent import end_with_parent
from counterfoil.app.streams import end_with_sessions
from counterfoil.billing.clients import Clients
from counterfoil.billing.contacts import Contacts
from counterfoil.billing.credits import Credits
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.hand_offs import HandOffs
from counterfoil.billing.invoices.batcher import InvoiceBatcher
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.orders import BillingOrders
from counterfoil.billing.payment_methods import PaymentMethods
from counterfoil.billing.products import Products
from counterfoil.billing.profile.edits import Profiles
from counterfoil.billing.quotes import Quotes
from counterfoil.billing.reading import Calendar
from counterfoil.billing.records import ClientReader
from counterfoil.billing.statement.reads import Statements
from counterfoil.billing.subscriptions import Subscriptions
from counterfoil.billing.summary import Beside, Summaries
from counterfoil.billing.transactions import Transactions
from counterfoil.cache import Cache, open_cache
from counterfoil.changes import receipts
from counterfoil.changes.apply import apply_and_mark
from counterfoil.changes.catch_up import CatchUp
from counterfoil.changes.clearing import Changes
from counterfoil.db.engine import Engine, make_engine
from counterfoil.db.write_probe import WriteProbe
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.orders.approvals import Approvals
from counterfoil.orders.checkout import Checkout
from counterfoil.orders.crm import Crm
from counterfoil.orders.face import Orders
from counterfoil.orders.fulfilment import Fulfilment
from counterfoil.orders.repository import OrderRepository
from counterfoil.orders.worker import OrderWorker
from counterfoil.salesforce.api import SalesforceApi
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.fields import Fields
from counterfoil.settings import Settings, load
from counterfoil.web.http.access_log import AccessLog
from counterfoil.web.http.assets import Assets, static_files
from counterfoil.web.http.bodies import MAX_BODY, BodyRequest
from counterfoil.web.http.edge import Edge, Rules
from counterfoil.web.http.guard import Guard
from counterfoil.web.http.live_streams import LiveStreams
from counterfoil.web.http.metric_families import metric_families
from counterfoil.web.http.metrics import Metrics
from counterfoil.web.http.origin_policy import OriginPolicy
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.responses import Responses
from counterfoil.web.http.security_headers import security_headers
from counterfoil.web.http.shutdown import on_stop
from counterfoil.web.pages import api_docs
from counterfoil.web.pages.errors import ErrorAnswers, leave_to_the_edge
from counterfoil.web.routes import HANDLERS
from counterfoil.web.services import Services
from counterfoil.web.sign_in.sessions import cookie_name
from counterfoil.web.views.rendering import Renderer
from counterfoil.web.views.shell import Brand
from counterfoil.whmcs.addon_api import WhmcsAddon
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.orders_api import WhmcsOrders
from counterfoil.whmcs.records_api import WhmcsRecords

_log = structlog.get_logger(__name__)

AFTER_A_DEFECT = 5.0
"""Seconds until a task that ended in an error begins again."""

HOUSEKEEPING = 3600.0
"""Seconds between two rounds of deleting what is over."""


def create() -> "Portal":
    """What each worker of `counterfoil serve` calls."""
    settings = load()
    log.configure(settings.log_level, settings.log_format_or_default)
    end_with_parent(settings.stop_seconds)
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
    salesforce = _salesforce(settings)
    services = _parts(settings, client, salesforce, assets)
    timeout = settings.whmcs_timeout_seconds
    services.cache.spot_checks.begin(settings.cache_check_one_in, timeout, lambda: client.health.is_idle)
    return Portal(services, client, salesforce, assets)


def _salesforce(settings: Settings) -> SalesforceClient | None:
    if not settings.salesforce_url:
        return None
    return SalesforceClient(
        url=settings.salesforce_url,
        client_id=settings.salesforce_client_id,
        username=settings.salesforce_username,
        private_key=settings.salesforce_private_key,
    )


def _parts(settings: Settings, client: WhmcsClient, salesforce: SalesforceClient | None, assets: Assets) -> Services:
    api = WhmcsApi(client, timezone=settings.whmcs_timezone)
    addon = WhmcsAddon(client, timezone=settings.whmcs_timezone)
    cache, engine = open_cache(settings.cache_url), make_engine(settings.database_url)
    limits, live = open_limits(settings.cache_url), LiveStreams(cache)
    lifetimes, timeout = Lifetimes.of(settings), settings.whmcs_timeout_seconds
    calendar = Calendar(settings.whmcs_timezone, time.time)
    clients = Clients(api, cache, lifetimes, timeout)
    records = ClientReader(cache, lifetimes, clients, timeout)
    records_api = WhmcsRecords(client, timezone=settings.whmcs_timezone)
    gateways = Gateways(api, cache, lifetimes, timeout)
    together = InvoiceBatcher(api, addon)
    invoices = Invoices(api, cache, lifetimes, clients, calendar, timeout=timeout, read_one=together.invoice)
    missed = CatchUp(engine, addon, cache)
    transactions, credits_ = Transactions(records_api, records), Credits(records_api, records)
    methods = PaymentMethods(api, cache, lifetimes, calendar, clients=clients, gateways=gateways, timeout=timeout)
    subscriptions = Subscriptions(api, records, calendar)
    rights = Rights(engine, cache, api, clients.introduce, timeout=timeout)
    sessions = Sessions(engine, cache, rights, keys=settings.secret_key)
    return Services(
        settings=settings,
        cache=cache,
        engine=engine,
        database=WriteProbe(engine),
        orders=Ordering(settings, engine, cache, clients, gateways, methods).desk(client, salesforce, addon),
        sessions=sessions,
        sign_in=SignIn(engine, api, issuer=settings.whmcs_url),
        guard=Guard(sessions, cache, limits),
        calendar=calendar,
        clients=clients,
        gateways=gateways,
        payment_methods=methods,
        invoices=invoices,
        subscriptions=subscriptions,
        transactions=transactions,
        credits=credits_,
        statements=Statements(invoices, clients, transactions, credits_, calendar),
        summaries=Summaries(invoices, clients, calendar, Beside(gateways, methods, subscriptions)),
        quotes=Quotes(records_api, records, calendar),
        contacts=Contacts(records_api, records),
        hand_offs=HandOffs(api, cache, invoices, settings.whmcs_url),
        profiles=Profiles(api, cache, clients),
        changes=Changes(cache, api),
        missed=missed,
        responses=Responses(cache),
        renderer=_renderer(settings, assets),
        limits=limits,
        live=live,
        metrics=Metrics(metric_families(cache, client.health, live, missed.counters)),
    )


@dataclass(frozen=True)
class Ordering:
    """What orders are put together from."""

    settings: Settings
    engine: Engine
    cache: Cache
    clients: Clients
    gateways: Gateways
    payment_methods: PaymentMethods
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def desk(self, client: WhmcsClient, salesforce: SalesforceClient | None, addon: WhmcsAddon | None = None) -> Orders:
        api, lifetimes = WhmcsOrders(client), Lifetimes.of(self.settings)
        timeout = self.settings.whmcs_timeout_seconds
        products = Products(api, self.cache, lifetimes, self.settings.order_products, timeout)
        billing = BillingOrders(api, self.cache, addon)
        records = OrderRepository(self.engine)
        fields = Fields(dict(self.settings.salesforce_fields))
        crm = Crm(SalesforceApi(salesforce, fields), self.now) if salesforce else None
        fulfilment = Fulfilment(
            records,
            self.payment_methods,
            billing,
            clients=self.clients,
            products=products,
            gateways=self.gateways,
            crm=crm,
            tag_field=self.settings.order_tag_field,
            now=self.now,
        )
        machine = OrderWorker(records, fulfilment, billing, crm, now=self.now)
        checkout = Checkout(
            records,
            self.payment_methods,
            clients=self.clients,
            products=products,
            gateways=self.gateways,
            awaits_approval=crm is not None,
            limit=self.settings.order_limit,
            now=self.now,
            wake=machine.wake,
        )
        approvals = self._approvals(records, crm, checkout, machine)
        return Orders(products=products, checkout=checkout, records=records, machine=machine, approvals=approvals)

    def _approvals(
        self, records: OrderRepository, crm: Crm | None, checkout: Checkout, machine: OrderWorker
    ) -> Approvals | None:
        every = self.settings.salesforce_poll_seconds
        if crm is None:
            return None
        return Approvals(self.engine, records, crm, checkout, every=every, now=self.now, wake=machine.wake)


def _renderer(settings: Settings, assets: Assets) -> Renderer:
    brand = Brand(settings.brand_name, settings.brand_logo_url, settings.brand_accent, settings.support_url)
    return Renderer(brand, assets.address, zone=settings.whmcs_timezone, template_dir=settings.template_dir)


class Portal(Litestar):
    """Litestar behind the kept answers and the edge. `parts` is what its handlers work with."""

    def __init__(
        self, services: Services, client: WhmcsClient, salesforce: SalesforceClient | None, assets: Assets
    ) -> None:
        self.services = services
        self._client = client
        self._salesforce = salesforce
        self._access_log = AccessLog(services.settings.log_format_or_default)
        errors = ErrorAnswers(services.renderer, services.clients.kept, f"{services.settings.base_url}/api/docs")
        super().__init__(
            route_handlers=[*HANDLERS, static_files(assets)],
            guards=[services.guard],
            dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
            exception_handlers={Exception: leave_to_the_edge},
            openapi_config=api_docs.config(services.renderer),
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

    def _kept(self, assets: Assets) -> ResponseCache:
        services = self.services
        return ResponseCache(
            super().__call__,
            cache=services.cache,
            sessions=services.sessions,
            cookie_name=cookie_name(services.settings),
            # A kept page names its style sheet: another build's page would name one that is gone.
            version=f"{__version__} {assets.version}",
        )

    def _rules(self, errors: ErrorAnswers) -> Rules:
        settings = self.services.settings
        recorders = [self.services.metrics.record]
        if settings.log_level in {"debug", "info"}:
            recorders.append(self._access_log.record)
        headers, proxies = security_headers(settings), settings.trusted_proxies
        return Rules(OriginPolicy(settings), headers, proxies, errors, tuple(recorders))

    @asynccontextmanager
    async def _running(self, _app: Litestar) -> AsyncIterator[None]:
        services = self.services
        await services.cache.start()
        await services.limits.start()
        services.live.start()
        services.metrics.start()
        effect = partial(apply_and_mark, services)
        working = [
            asyncio.create_task(_keep_house(services), name="housekeeping"),
            asyncio.create_task(_for_ever("streams", partial(end_with_sessions, services)), name="streams"),
            asyncio.create_task(_for_ever("changes", partial(services.missed.watch, effect)), name="missed changes"),
            *_ordering_tasks(services.orders),
        ]
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
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await services.cache.close()
            await services.limits.close()
            await self._client.close()
            if self._salesforce is not None:
                await self._salesforce.close()
            await services.engine.dispose()
            self._access_log.flush()


def _ordering_tasks(orders: Orders) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(_for_ever("orders", orders.machine.run), name="orders")]
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
            webhooks = await receipts.forget_old(services.engine, datetime.now(UTC))
            _log.info("housekeeping", sessions=sessions, webhooks=webhooks)
        except TemporarilyUnavailable:
            _log.warning("housekeeping put off", reason="the database is away")
