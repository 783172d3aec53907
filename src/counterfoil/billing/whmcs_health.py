"""For staff: how WHMCS does, as this process sees it since it started. For graphs there are the metrics."""

from collections.abc import Sequence

from msgspec import Struct

from counterfoil.whmcs.health import BUCKETS, Health


class ActionHealth(Struct, frozen=True):
    """`failures` by reason, with how often; `slow`: seconds within which 95 of 100 calls ended, None if longer."""

    action: str
    calls: int
    mean: float
    slow: float | None
    failures: tuple[tuple[str, int], ...]


class WhmcsHealth(Struct, frozen=True):
    breaker: str
    in_flight: int
    queued: int
    retries: int
    actions: tuple[ActionHealth, ...]

    @property
    def failed(self) -> int:
        return sum(times for each in self.actions for _, times in each.failures)


def health_of(health: Health) -> WhmcsHealth:
    actions = tuple(_action(health, action) for action in sorted(health.latency))
    return WhmcsHealth(health.breaker, health.in_flight, health.queued, health.retries, actions)


def _action(health: Health, action: str) -> ActionHealth:
    latency = health.latency[action]
    failures = [(what, times) for (of, what), times in health.calls.items() if of == action and what != "ok"]
    mean = latency.sum / latency.count if latency.count else 0.0
    return ActionHealth(action, latency.count, mean, _within(latency.counts, latency.count), tuple(sorted(failures)))


def _within(counts: Sequence[int], total: int) -> float | None:
    seen = 0
    for bound, count in zip(BUCKETS, counts, strict=False):
        seen += count
        if seen >= total * 0.95:
            return bound
    return None
