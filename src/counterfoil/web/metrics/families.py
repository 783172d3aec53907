"""Which numbers of other rooms become metrics: docs/metrics.md is made of what is said here."""

import platform
from collections.abc import Mapping
from typing import NamedTuple

from counterfoil import __version__
from counterfoil.cache import Cache
from counterfoil.changes.face import Changes
from counterfoil.db.figures import DatabaseFigures
from counterfoil.orders.worker import OrderWorker
from counterfoil.web.http.live_streams import LiveStreams
from counterfoil.web.metrics.cache_families import cache_families
from counterfoil.web.metrics.family import Family, HistogramFamily
from counterfoil.web.metrics.observing import Observer
from counterfoil.web.metrics.order_families import order_families
from counterfoil.web.metrics.salesforce_families import CrmFigures, salesforce_families
from counterfoil.web.metrics.tally import Tally
from counterfoil.web.metrics.webhook_families import webhook_families
from counterfoil.web.metrics.whmcs_families import whmcs_families
from counterfoil.whmcs.health import Health


class Sources(NamedTuple):
    """Who keeps numbers. `crm_calls` and `crm_outcomes` are None where no Salesforce is used."""

    cache: Cache
    whmcs: Health
    live: LiveStreams
    changes: Changes
    worker: OrderWorker
    database: DatabaseFigures
    observer: Observer
    tally: Tally
    crm_calls: CrmFigures | None
    crm_outcomes: Mapping[str, int] | None


def metric_families(of: Sources) -> list[Family | HistogramFamily]:
    return [
        *_process(of),
        *cache_families(of.cache),
        *whmcs_families(of.whmcs),
        *webhook_families(of.changes, of.tally),
        *order_families(of.observer, of.worker),
        *_neighbours(of),
        *(salesforce_families(of.crm_calls, of.crm_outcomes) if of.crm_calls and of.crm_outcomes is not None else ()),
    ]


def _process(of: Sources) -> list[Family | HistogramFamily]:
    return [
        Family(
            "counterfoil_build_info",
            "1; what runs here",
            ("version", "python"),
            lambda: {(__version__, platform.python_version()): 1.0},
            kind="most",
        ),
        Family(
            "counterfoil_worker_starts",
            "Workers that began. Beyond their number at the start: some ended unasked, and were replaced",
            (),
            lambda: {(): 1.0},
        ),
        Family("counterfoil_live_streams", "Open live pages", (), lambda: {(): of.live.open_streams}, kind="sum"),
        Family(
            "counterfoil_sign_ins",
            "Sign-ins by result: ok, or the code of the refusal (docs/errors.md)",
            ("result",),
            lambda: {(result,): number for result, number in of.tally.sign_ins.items()},
        ),
    ]


def _neighbours(of: Sources) -> list[Family | HistogramFamily]:
    return [
        Family(
            "counterfoil_neighbour_up",
            "1 when every worker can work with it: the database takes writes, the cache answers, WHMCS and Salesforce "
            "were not called in vain",
            ("neighbour",),
            lambda: {(name,): float(is_up) for name, is_up in of.observer.neighbours().items()},
            kind="least",
        ),
        Family(
            "counterfoil_database_connections",
            "Connections to the database: in_use or idle",
            ("state",),
            lambda: {(state,): number for state, number in of.database.connections().items()},
            kind="sum",
        ),
        Family(
            "counterfoil_database_failures",
            "Statements and connections that failed, by the kind of error. An IntegrityError is somebody who was "
            "quicker, and harmless",
            ("error",),
            lambda: {(error,): number for error, number in of.database.failures.items()},
        ),
        Family(
            "counterfoil_certificate_expires_timestamp_seconds",
            "When the TLS certificate ends, in Unix seconds: of the portal's own address, whmcs, salesforce",
            ("of",),
            lambda: {(name,): end for name, end in of.observer.certificates.items()},
            kind="latest",
        ),
    ]
