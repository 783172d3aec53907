"""Metrics of what WHMCS and Salesforce report, and of what got lost on the way."""

from counterfoil.changes.face import Changes
from counterfoil.web.metrics.family import Family, HistogramFamily
from counterfoil.web.metrics.tally import BOUNDS, Tally

EVENTS = ("asked", "missed", "gaps", "restarts", "failed")


def webhook_families(changes: Changes, tally: Tally) -> list[Family | HistogramFamily]:
    return [
        Family(
            "counterfoil_webhook_last_timestamp_seconds",
            "When the last genuine webhook took effect, in Unix seconds; before the first one, when the portal started",
            ("sender",),
            lambda: {(sender,): at for sender, at in tally.last_webhook.items()},
            kind="most",
        ),
        HistogramFamily(
            "counterfoil_webhook_effect_seconds",
            "Time from WHMCS's record of a change until it showed in every process, by webhook. WHMCS tells whole "
            "seconds, by its own clock",
            (),
            BOUNDS,
            lambda: {(): tally.delays},
        ),
        Family(
            "counterfoil_changes",
            "Asking WHMCS's addon for lost webhooks: asked, missed (and made good), gaps (numbers that never came), "
            "restarts, failed",
            ("event",),
            lambda: {(name,): changes.counters[name] for name in EVENTS},
        ),
        Family(
            "counterfoil_webhook_messages",
            "Messages in WHMCS's addon that wait to be sent, or were given_up, when it was asked last",
            ("state",),
            lambda: {(state,): number for state, number in changes.messages.items()},
            kind="latest",
        ),
    ]
