"""What documents, rules and the dashboard say of metrics is what there is."""

from tests.web.metrics.exposed import ROOT
from tools.docs import every_family, metrics_table, portal, with_made


def test_the_table_of_metrics_is_made_from_the_code() -> None:
    """docs/metrics.md has a row for each metric, with its type, labels and meaning. After a change: make docs."""
    said = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    assert said == with_made(said, metrics_table(every_family(portal())))
