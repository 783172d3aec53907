"""The rules by which one process fetches and the others wait."""

from functools import partial

from counterfoil import errors
from counterfoil.cache import fetching, memory, rules
from tests.cache import test_single_flight as flights
from tests.cache.mutating import Mutation, Number

Memory = memory.MemoryStore
Fetching = fetching.Fetching
_bug = partial(flights.test_a_refusal_or_a_bug_is_not_kept, failure=errors.InvoiceNotFound("3"))

OF_FETCHES: tuple[Mutation, ...] = (
    Mutation(
        "one process fetches, the others wait",
        Memory,
        "acquire",
        "if nonce == lease.nonce:",
        "if False:",
        (flights.test_many_cold_readers_cost_one_call,),
    ),
    Mutation(
        "a long fetch keeps its lease",
        Fetching,
        "_renew",
        "await self._trust.ask(self._store.renew, lease)",
        "pass",
        (flights.test_a_long_fetch_keeps_its_lease,),
    ),
    Mutation(
        "only the owner's fill is taken",
        Memory,
        "fill",
        "or not self._owns(lease)",
        "",
        (flights.test_a_slow_fetch_does_not_overwrite_a_newer_one,),
    ),
    Mutation(
        "only the owner gives a lease back",
        Memory,
        "fail",
        "if not self._owns(lease) and not",
        "if False and not",
        (flights.test_a_lost_fetch_that_fails_leaves_the_lease_of_another,),
    ),
    Mutation(
        "a failure is shared",
        Memory,
        "fail",
        "_delete(_lease_key(lease))\n    if code:",
        "_delete(_lease_key(lease))\n    if False:",
        (flights.test_a_failure_is_shared,),
    ),
    Mutation(
        "a refusal is not shared",
        Fetching,
        "_fetch",
        "code_of(error)",
        '"billing_unavailable"',
        (_bug,),
    ),
    Number(
        "a failure is shared for one second",
        rules,
        "SHARED_FAILURE",
        "1.0",
        "5.0",
        (flights.test_a_failure_is_forgotten_after_a_second,),
    ),
    Mutation(
        "who leaves cancels nothing",
        fetching,
        "arrivals",
        "    finally:\n",
        "    except asyncio.CancelledError:\n        flights[0].task.cancel()\n        raise\n    finally:\n",
        (flights.test_a_fetch_outlives_its_last_reader,),
    ),
)
