"""Metrics of the calls to WHMCS."""

from counterfoil.web.metrics.family import Family, HistogramFamily
from counterfoil.whmcs.health import BUCKETS, Health


def whmcs_families(whmcs: Health) -> list[Family | HistogramFamily]:
    return [
        Family(
            "counterfoil_whmcs_calls",
            "Calls to WHMCS by outcome: ok, refused (what was asked for), or the reason why there was no answer",
            ("action", "outcome"),
            lambda: {(action, outcome): number for (action, outcome), number in whmcs.calls.items()},
        ),
        Family(
            "counterfoil_whmcs_call_seconds",
            "Time spent in calls to WHMCS, waiting and retries included",
            ("action",),
            lambda: {(action,): latency.sum for action, latency in whmcs.latency.items()},
        ),
        HistogramFamily(
            "counterfoil_whmcs_call_duration_seconds",
            "Time that one call to WHMCS took, waiting and retries included",
            ("action",),
            BUCKETS,
            lambda: {(action,): latency for action, latency in whmcs.latency.items()},
        ),
        Family("counterfoil_whmcs_retries", "Calls to WHMCS that were repeated", (), lambda: {(): whmcs.retries}),
        Family(
            "counterfoil_whmcs_waiting",
            "Calls to WHMCS now: in_flight, or queued for a place",
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
