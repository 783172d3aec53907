"""One metric: its name, what it means (docs/metrics.md is made of it), and who keeps its numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from counterfoil.distribution import Distribution

Labels = tuple[str, ...]
"""Values of labels, in the order of their names."""


class Family(NamedTuple):
    """Numbers that somebody keeps, read when asked for.

    A "counter" only grows. The others say what is true now: a "sum" over the workers, the "least" or the "most" of what
    they say, or what the "latest" of them to say anything says.
    """

    name: str
    documentation: str
    labels: Labels
    read: Callable[[], Mapping[Labels, float]]
    kind: Literal["counter", "sum", "least", "most", "latest"] = "counter"

    @property
    def full_name(self) -> str:
        """As Prometheus shows it."""
        return f"{self.name}_total" if self.kind == "counter" else self.name

    @property
    def type(self) -> str:
        return "counter" if self.kind == "counter" else "gauge"


class HistogramFamily(NamedTuple):
    """The same, of how often a number fell between which bounds."""

    name: str
    documentation: str
    labels: Labels
    bounds: Sequence[float]
    read: Callable[[], Mapping[Labels, Distribution]]

    @property
    def full_name(self) -> str:
        return self.name

    @property
    def type(self) -> str:
        return "histogram"
