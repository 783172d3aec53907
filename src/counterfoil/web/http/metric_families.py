"""Which numbers of other rooms become metrics, and under which names (docs/operations.md)."""

from collections.abc import Callable, Mapping

from counterfoil.cache import Cache
from counterfoil.web.http.live_streams import LiveStreams
from counterfoil.web.http.metrics import Family
from counterfoil.whmcs.health import Health

CrmFigures = Callable[[], Mapping[str, int]]
"""Calls to Salesforce: `made` by this process, and those of 24 hours, of the `portal`, the `org`, and `allowed`."""


def metric_families(
    cache: Cache, whmcs: Health, live: LiveStreams, changes: Mapping[str, int], crm_calls: CrmFigures | None
) -> list[Family]:
    """`crm_calls` is None where no Salesforce is used."""
    return [
        *_of_the_cache(cache),
        *_of_whmcs(whmcs),
        Family(
            "counterfoil_changes",
            "Asking WHMCS's addon for lost webhooks: asked, missed (and made good), gaps (numbers that never came)",
            ("event",),
            lambda: {(name,): number for name, number in changes.items()},
        ),
        Family("counterfoil_live_streams", "Open live pages", (), lambda: {(): live.open_streams}, kind="sum"),
        *(_of_salesforce(crm_calls) if crm_calls else ()),
    ]


def _of_the_cache(cache: Cache) -> list[Family]:
    return [
        Family(
            "counterfoil_cache_events",
            "What the cache did",
            ("event",),
            lambda: {(name,): value for name, value in vars(cache.counters).items() if name != "stale_seconds"},
        ),
        Family(
            "counterfoil_cache_stale_seconds",
            "Ages of what was found to differ from WHMCS although nothing had cleared it",
            (),
            lambda: {(): cache.counters.stale_seconds},
        ),
        Family(
            "counterfoil_cache_clock_ahead_seconds",
            "The cache's clock minus this machine's time of day, as one worker sees it",
            (),
            lambda: {(): cache.clock_ahead},
            kind="latest",
        ),
    ]


def _of_whmcs(whmcs: Health) -> list[Family]:
    return [
        Family(
            "counterfoil_whmcs_calls",
            "Calls to WHMCS by outcome",
            ("action", "outcome"),
            lambda: {(action, outcome): number for (action, outcome), number in whmcs.calls.items()},
        ),
        Family(
            "counterfoil_whmcs_call_seconds",
            "Time spent in calls to WHMCS, waiting and retries included",
            ("action",),
            lambda: {(action,): latency.sum for action, latency in whmcs.latency.items()},
        ),
        Family("counterfoil_whmcs_retries", "Calls to WHMCS that were repeated", (), lambda: {(): whmcs.retries}),
        Family(
            "counterfoil_whmcs_waiting",
            "Calls to WHMCS now",
            ("state",),
            lambda: {("in_flight",): whmcs.in_flight, ("queued",): whmcs.queued},
            kind="sum",
        ),
        Family(
            "counterfoil_whmcs_breaker_open",
            "Workers that ask WHMCS nothing for a while, because it does not answer",
            (),
            lambda: {(): float(whmcs.breaker != "closed")},
            kind="sum",
        ),
    ]


def _of_salesforce(calls: CrmFigures) -> list[Family]:
    return [
        Family(
            "counterfoil_salesforce_calls", "Calls to Salesforce, retries included", (), lambda: {(): calls()["made"]}
        ),
        Family(
            "counterfoil_salesforce_quota",
            "API requests of 24 hours: the portal's, everybody's in the org, and how many the org may make",
            ("of",),
            lambda: {(of,): number for of, number in calls().items() if of != "made"},
            kind="latest",
        ),
    ]
