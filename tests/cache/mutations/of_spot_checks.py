"""The rule by which what is compared with WHMCS troubles nobody; as in of_generations.py, but no world compares."""

from counterfoil.cache.spot_checks import SpotChecks
from tests.cache import test_spot_checks as spot_checks
from tests.cache.mutating import Mutation

OF_SPOT_CHECKS: tuple[Mutation, ...] = (
    Mutation(
        "an object is compared in one process at a time",
        SpotChecks,
        "_check",
        "if not is_only:",
        "if False:",
        (spot_checks.test_one_at_a_time_in_the_fleet,),
    ),
)
