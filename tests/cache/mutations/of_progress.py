"""The rules by which a read ends however often its client is cleared (F15), as in of_generations.py."""

from counterfoil.cache import engine, fetching, memory
from tests.cache import test_progress as progress
from tests.cache.mutating import Mutation

Memory, Fetching = memory.MemoryStore, fetching.Fetching

OF_PROGRESS: tuple[Mutation, ...] = (
    Mutation(
        "who has waited takes what is not kept",
        Fetching,
        "flight",
        "flight.is_wanted |= reader.has_waited",
        "pass",
        (progress.test_a_generation_that_never_rests,),
    ),
    Mutation(
        "who has waited reads all parts anew",
        engine.Cache,
        "_round",
        "fresh = again and",
        "fresh = False and",
        (progress.test_what_is_read_for_a_request_is_all_of_it,),
    ),
    Mutation(
        "what is shown without being kept takes the older entry",
        Memory,
        "_pass_by",
        'self._delete(f"{lease.scope}:e:{lease.name}")',
        "pass",
        (progress.test_an_entry_of_before_counts_no_more,),
    ),
    Mutation(
        "what is shown without being kept ends an edition",
        Memory,
        "_pass_by",
        "self._next_edition(lease.scope, record)",
        "pass",
        (progress.test_what_was_derived_before_counts_no_more,),
    ),
    Mutation(
        "what is shown without being kept passes by a fetch under way",
        Memory,
        "_pass_by",
        "{nonce} ~{owner}",
        "{nonce} {owner}",
        (progress.test_a_fetch_of_before_is_not_taken,),
    ),
    Mutation(
        "what is fetched over an entry ends an edition",
        Memory,
        "fill",
        "self._next_edition(lease.scope, record)",
        "pass",
        (progress.test_what_is_fetched_over_an_entry_takes_the_pages_of_before,),
    ),
)
