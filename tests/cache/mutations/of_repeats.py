"""The rules by which what the store says is known again, as in of_generations.py; no simulated world reads so."""

from counterfoil.cache.repeats import Repeats
from tests.cache import test_repeats as repeats
from tests.cache.mutating import Mutation

OF_REPEATS: tuple[Mutation, ...] = (
    Mutation(
        "another session is no repeat",
        Repeats,
        "entry",
        "found.session != seen.session or",
        "",
        (repeats.test_another_session_is_no_repeat,),
    ),
    Mutation(
        "another generation is no repeat",
        Repeats,
        "entry",
        "or found.record != seen.record",
        "",
        (repeats.test_another_generation_is_no_repeat,),
    ),
    Mutation(
        "another entry is no repeat",
        Repeats,
        "entry",
        "or not raw.startswith(seen.head)",
        "",
        (repeats.test_another_entry_is_no_repeat,),
    ),
    Mutation(
        "an entry of another length is no repeat",
        Repeats,
        "entry",
        "len(raw) != seen.size or",
        "",
        (repeats.test_another_entry_is_no_repeat,),
    ),
    Mutation(
        "what is too old is no repeat",
        Repeats,
        "entry",
        "seen.times.expires_at <= now",
        "False",
        (repeats.test_what_is_too_old_is_no_repeat,),
    ),
    Mutation(
        "what is not to be trusted is no repeat",
        Repeats,
        "entry",
        "not self._trust.is_given or",
        "",
        (repeats.test_what_is_not_to_be_trusted_is_no_repeat,),
    ),
    Mutation(
        "a repeat is a hit",
        Repeats,
        "entry",
        "self._counters.hits += 1",
        "pass",
        (repeats.test_the_same_once_more_is_a_hit,),
    ),
)
