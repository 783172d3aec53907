"""What the portal is put together from, as a table of contents: each room builds its own parts behind its face."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from counterfoil.accounts.face import Accounts
from counterfoil.app.limits import open_limits
from counterfoil.app.portal import Portal, Tracer
from counterfoil.audit.face import AuditTrail
from counterfoil.billing.face import Billing
from counterfoil.billing.payment_attempts import PaymentAttempts
from counterfoil.cache import Cache, open_cache
from counterfoil.changes.face import Changes
from counterfoil.db.clock import DatabaseClock, utc_now
from counterfoil.db.engine import Engine, make_engine
from counterfoil.db.figures import DatabaseFigures
from counterfoil.db.write_probe import WriteProbe
from counterfoil.orders.crm_calls import CrmCalls
from counterfoil.orders.face import Orders
from counterfoil.salesforce.face import Salesforce
from counterfoil.settings import Settings
from counterfoil.web.http.assets import Assets
from counterfoil.web.http.guard import Guard
from counterfoil.web.http.limits import Limits
from counterfoil.web.http.live_streams import LiveStreams
from counterfoil.web.http.responses import Responses
from counterfoil.web.metrics.families import Sources, metric_families
from counterfoil.web.metrics.observing import Observer
from counterfoil.web.metrics.publishing import Metrics
from counterfoil.web.metrics.tally import Tally
from counterfoil.web.services import IdentityProvider, Services
from counterfoil.web.views.rendering import Renderer
from counterfoil.web.views.shell import brand_of
from counterfoil.whmcs.face import Whmcs


def build_portal(settings: Settings) -> Portal:
    """Nothing is connected before the lifespan starts."""
    cache, engine = open_cache(settings.cache_url), make_engine(settings.database_url)
    tracer, clock = _tracer(settings), DatabaseClock(engine)
    whmcs = Whmcs(settings, tracing=tracer)
    salesforce = Salesforce.if_used(settings, CrmCalls(engine, utc_now), tracer)
    billing = Billing(whmcs, cache, settings)
    limits = open_limits(settings.cache_url)
    accounts = Accounts(engine, cache, whmcs, billing.clients.name_and_language, settings, unlock=limits.unlock)
    rooms = _Rooms(
        billing=billing,
        accounts=accounts,
        orders=Orders(engine, billing, salesforce, settings, now=clock, tracing=tracer),
        changes=Changes(engine, cache, whmcs, accounts.forgetting, now=clock),
        whmcs=whmcs,
        provider=_provider(settings),
        limits=limits,
        salesforce=salesforce,
        upstreams={"whmcs": whmcs.health.upstream} | ({"salesforce": salesforce.upstream} if salesforce else {}),
    )
    assets = Assets(settings.brand_accent, settings.brand_name)
    services = _services(settings, cache, engine, rooms, _renderer(settings, assets))
    timeout = settings.whmcs_timeout_seconds
    cache.spot_checks.begin(settings.cache_check_one_in, timeout, lambda: whmcs.health.is_idle)
    if tracer:
        cache.fetching.tracing = tracer
    neighbours = (whmcs, salesforce, rooms.provider, tracer)
    return Portal(services, assets, [each for each in neighbours if each], tracer)


def _tracer(settings: Settings) -> Tracer | None:
    if not settings.otel_exporter_otlp_endpoint:
        return None
    # Measured: 0.3 s and 10 MB that a portal without traces does not need.
    from counterfoil.app.open_telemetry import OpenTelemetryTracer  # noqa: PLC0415 -- see the line above

    return OpenTelemetryTracer(settings.otel_exporter_otlp_endpoint)


def _provider(settings: Settings) -> IdentityProvider | None:
    if not settings.oidc_issuer:
        return None
    # Measured: 0.4 s and 20 MB that a portal with passwords does not need.
    from counterfoil.web.sign_in.openid.provider import OpenIdProvider  # noqa: PLC0415 -- see the line above

    return OpenIdProvider(settings)


class _Rooms(NamedTuple):
    billing: Billing
    accounts: Accounts
    orders: Orders
    changes: Changes
    whmcs: Whmcs
    provider: IdentityProvider | None
    limits: Limits
    salesforce: Salesforce | None
    upstreams: Mapping[str, Callable[[], str]]


def _services(settings: Settings, cache: Cache, engine: Engine, rooms: _Rooms, renderer: Renderer) -> Services:
    billing, accounts, live, database = rooms.billing, rooms.accounts, LiveStreams(cache), WriteProbe(engine)
    observer, tally = Observer(engine, database, cache, rooms.upstreams, _addresses(settings)), Tally()
    return Services(
        settings=settings,
        cache=cache,
        engine=engine,
        database=database,
        upstreams=rooms.upstreams,
        sessions=accounts.sessions,
        tokens=accounts.tokens,
        sign_in=accounts.sign_in,
        staff_views=accounts.staff_views,
        people=accounts.people,
        failures=accounts.failures,
        forgetting=accounts.forgetting,
        provider=rooms.provider,
        notices=accounts.notices,
        audit=AuditTrail(engine, retention=timedelta(days=settings.audit_retention_days)),
        orders=rooms.orders,
        changes=rooms.changes,
        autopay=billing.autopay,
        calendar=billing.calendar,
        comparisons=billing.comparisons,
        clients=billing.clients,
        contacts=billing.contacts,
        credits=billing.credits,
        gateways=billing.gateways,
        hand_offs=billing.hand_offs,
        self_service=billing.self_service,
        invoice_owners=billing.invoice_owners,
        invoices=billing.invoices,
        payment_attempts=PaymentAttempts(engine),
        payment_methods=billing.payment_methods,
        profiles=billing.profiles,
        quotes=billing.quotes,
        statements=billing.statements,
        subscriptions=billing.subscriptions,
        summaries=billing.summaries,
        transactions=billing.transactions,
        whmcs_health=billing.whmcs_health,
        guard=_guard(accounts, cache, rooms.limits, settings.maintenance),
        limits=rooms.limits,
        live=live,
        metrics=Metrics(metric_families(_sources(rooms, cache, engine, live, observer=observer, tally=tally))),
        observer=observer,
        tally=tally,
        renderer=renderer,
        responses=Responses(cache),
    )


def _guard(accounts: Accounts, cache: Cache, limits: Limits, maintenance: str) -> Guard:
    sessions, tokens, views = accounts.sessions, accounts.tokens, accounts.staff_views
    return Guard(sessions, tokens, views, cache, limits, maintenance=maintenance)


def _sources(
    rooms: _Rooms, cache: Cache, engine: Engine, live: LiveStreams, *, observer: Observer, tally: Tally
) -> Sources:
    salesforce = rooms.salesforce
    return Sources(
        cache,
        rooms.whmcs.health,
        live,
        rooms.changes,
        rooms.orders.worker,
        DatabaseFigures(engine),
        observer,
        tally,
        crm_calls=salesforce.quota.figures if salesforce else None,
        crm_outcomes=salesforce.outcomes if salesforce else None,
    )


def _addresses(settings: Settings) -> dict[str, str]:
    """Whose certificates may not end unseen."""
    return {"portal": settings.base_url, "whmcs": settings.whmcs_url, "salesforce": settings.salesforce_url}


def _renderer(settings: Settings, assets: Assets) -> Renderer:
    brand = brand_of(settings)
    return Renderer(
        brand,
        assets.address,
        zone=settings.whmcs_timezone,
        template_dir=settings.template_dir,
        texts_dir=settings.texts_dir,
        features=settings.features,
    )
