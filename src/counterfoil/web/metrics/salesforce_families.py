"""Metrics of the calls to Salesforce, where it is used."""

from collections.abc import Callable, Mapping

from counterfoil.web.metrics.family import Family, HistogramFamily

CrmFigures = Callable[[], Mapping[str, int]]
"""Calls to Salesforce: `made` by this process, and those of 24 hours, of the `portal`, the `org`, and `allowed`."""


def salesforce_families(calls: CrmFigures, outcomes: Mapping[str, int]) -> list[Family | HistogramFamily]:
    return [
        Family(
            "counterfoil_salesforce_calls", "Calls to Salesforce, retries included", (), lambda: {(): calls()["made"]}
        ),
        Family(
            "counterfoil_salesforce_outcomes",
            "Calls to Salesforce with their retries, by outcome: ok, or the reason why there was no answer",
            ("outcome",),
            lambda: {(outcome,): number for outcome, number in outcomes.items()},
        ),
        Family(
            "counterfoil_salesforce_quota",
            "API requests of 24 hours: the portal's, everybody's in the org, and how many the org may make",
            ("of",),
            lambda: {(of,): number for of, number in calls().items() if of != "made"},
            kind="latest",
        ),
    ]
