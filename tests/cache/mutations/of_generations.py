"""The rules by which nothing old is kept or found: generations, and how old an entry may become."""

from counterfoil.cache import engine, fetching, memory
from tests.cache import test_generations as generations
from tests.cache import test_return as returning
from tests.cache import test_single_flight as flights
from tests.cache import test_windows as windows
from tests.cache.modelled import ModelledStore
from tests.cache.mutating import Mutation

Memory = memory.MemoryStore
Fetching, Cache = fetching.Fetching, engine.Cache

OF_GENERATIONS: tuple[Mutation, ...] = (
    # Generations
    Mutation(
        "a clear changes the nonce",
        Memory,
        "bump",
        "record.nonce, record.edition = bump.nonce, 0",
        "pass",
        (generations.test_a_clear_during_a_fetch_discards_it,),
    ),
    Mutation(
        "an entry counts only in its generation",
        Cache,
        "_found",
        "unpack_entry(raw, marks, now)",
        "unpack_entry(raw, (raw or mark)[:17], now)",
        (windows.test_an_own_write_is_shown_everywhere,),
    ),
    Mutation(
        "a lease is given only in its generation",
        Memory,
        "acquire",
        "if not self._holds",
        "if False and self._holds",
        (generations.test_a_lease_is_given_only_in_its_generation,),
    ),
    Mutation(
        "a fill is taken only in its generation",
        Memory,
        "fill",
        "record is None or record.nonce != lease.nonce",
        "record is None",
        (generations.test_parts_are_of_one_generation,),
    ),
    Mutation(
        "a flight is joined only by who saw its nonce",
        Fetching,
        "flight",
        "part.name, nonce, reader",
        'part.name, "", reader',
        (returning.test_a_fetch_that_the_store_missed_is_newer_than_every_clear_before_it,),
    ),
    Mutation(
        "what was not stored is not handed out",
        Fetching,
        "_accepted",
        "raise Moved",
        "return Entry(value, self._trust.clock.now(), self._trust.clock.now() + 9)",
        (flights.test_a_slow_fetch_does_not_overwrite_a_newer_one,),
    ),
    Mutation(
        "what is derived is kept only in its generation",
        Memory,
        "keep",
        "or record.token != token_of(mark)",
        "",
        (generations.test_what_is_derived_too_late_replaces_nothing,),
    ),
    Mutation(
        "what is derived from older data replaces nothing",
        Memory,
        "keep",
        "if there is None or",
        "if True or",
        (generations.test_what_is_derived_from_older_data_does_not_replace_newer,),
    ),
    Mutation(
        "clearing everything finds every record",
        Memory,
        "bump_all",
        'if key.endswith(":g")',
        "if False",
        (generations.test_everything_can_be_cleared,),
    ),
    Mutation(
        "every key names the server's run",
        ModelledStore,
        "prefix",
        'f"{self._run}:"',
        '"0:"',
        (returning.test_another_server_with_the_same_data_is_not_believed,),
    ),
    # Ages
    Mutation(
        "a lifetime counts from the start of the fetch",
        Memory,
        "fill",
        "expires_at = start +",
        "expires_at = self._ms() +",
        (generations.test_a_lifetime_counts_from_the_start_of_the_fetch,),
    ),
    Mutation(
        "as_of is the start of the fetch",
        Memory,
        "fill",
        "header = pack_header(lease.nonce + FETCHED, start,",
        "header = pack_header(lease.nonce + FETCHED, self._ms(),",
        (windows.test_a_settled_client_is_kept_for_its_lifetime,),
    ),
    Mutation(
        '"there is none" has a short life',
        Fetching,
        "_fetch",
        "part.lifetime if fetched.lifetime is None else min(part.lifetime, fetched.lifetime)",
        "part.lifetime",
        (generations.test_a_negative_answer_has_its_own_lifetime,),
    ),
    Mutation(
        "a slow fetch proves nothing to who came late",
        engine,
        "landed",
        "<= arrived",
        "<= -1",
        (windows.test_a_reader_does_not_take_a_value_whose_probation_ended_before_they_came,),
    ),
)
