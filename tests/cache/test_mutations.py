"""That the tests would notice: every protective rule of the engine, switched off, is caught."""

from collections.abc import Iterator

import pytest
import structlog

from tests.cache.mutating import Mutation, fails
from tests.cache.mutations import MUTATIONS
from tests.cache.mutations.of_repeats import OF_REPEATS
from tests.cache.mutations.of_spot_checks import OF_SPOT_CHECKS


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of outages are nothing to report here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("mutation", MUTATIONS + OF_REPEATS + OF_SPOT_CHECKS, ids=lambda mutation: mutation.rule)
def test_a_rule_switched_off_is_caught(mutation: Mutation) -> None:
    """By the tests named beside it, each of them: at once, on any machine. Chance has no part in it."""
    assert mutation.tests, "no test says what the rule is for"
    assert not any(fails(test) for test in mutation.tests), "fails with the rule in force"
    with mutation.applied():
        assert all(fails(test) for test in mutation.tests)
