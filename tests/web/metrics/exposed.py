"""Reading what the portal tells Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

from tests.shape.sources import ROOT

__all__ = ["ROOT", "Samples", "samples_in", "value_of"]

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples_in(text: str) -> Samples:
    families = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value_of(samples: Samples, name: str, **labels: str) -> float:
    """0 where there is no such series."""
    return samples.get((name, frozenset(labels.items())), 0.0)
