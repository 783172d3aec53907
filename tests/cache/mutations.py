"""Every protective rule of the engine, and the tiny change that switches it off.

`tests` show at once what the rule is for. Each is caught by test_mutations.py; how soon, and by which of the simulated
worlds too: make prove-mutations, docs/cache.md.
"""

from functools import partial

from counterfoil import errors
from counterfoil.cache import bypass, engine, fetching, memory, packing, rules, store_trust
from tests.cache import test_generations as generations
from tests.cache import test_return as returning
from tests.cache import test_windows as windows
from tests.cache.modelled import ModelledStore
from tests.cache.mutating import Mutation, Number
from tests.cache.mutations_between import BETWEEN
from tests.cache.mutations_of_progress import OF_PROGRESS

Memory, Record = memory.MemoryStore, packing.Record
Fetching, StoreTrust, Bypass, Cache = fetching.Fetching, store_trust.StoreTrust, bypass.Bypass, engine.Cache
_unknown = partial(windows.test_an_unknown_write_leaves_its_intent, failure=ZeroDivisionError())
_bug = partial(generations.test_a_refusal_or_a_bug_is_not_kept, failure=errors.InvoiceNotFound("3"))

IN_THE_STORE: tuple[Mutation, ...] = (
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
        (generations.test_a_slow_fetch_does_not_overwrite_a_newer_one,),
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
        "_landed",
        "<= arrived",
        "<= -1",
        (windows.test_a_reader_does_not_take_a_value_whose_probation_ended_before_they_came,),
    ),
    # Windows
    Mutation(
        "a clear opens a settle window",
        Memory,
        "bump",
        "now + round(rules.SETTLE * 1000)",
        "0",
        (windows.test_an_early_webhook,),
    ),
    Mutation(
        "a record is born settling",
        Memory,
        "_fresh",
        "settle_until=self._ms() + round(rules.SETTLE * 1000)",
        "settle_until=0",
        (windows.test_a_record_is_born_settling,),
    ),
    Mutation(
        "what is fetched in a window is on probation",
        Memory,
        "fill",
        "if record.is_careful(start)",
        "if False",
        (windows.test_an_early_webhook,),
    ),
    Number(
        "settling is longer than promised",
        rules,
        "SETTLE",
        "6.0",
        "5.0",
        (returning.test_settling_counts_from_the_answer,),
    ),
    Number("probation is 2 s", rules, "PROBATION", "2.0", "4.0", (windows.test_an_early_webhook,)),
    Mutation(
        "a hand-off makes a client hot",
        Record,
        "is_careful",
        "self.hot_until,",
        "0,",
        (windows.test_a_hand_off_keeps_the_client_hot,),
    ),
    Mutation("an intent makes a client careful", Record, "is_careful", ", *self.intents.values()", "", (_unknown,)),
    Mutation(
        "intents stay in the record",
        Memory,
        "_save",
        "if until > now}",
        "if False}",
        (windows.test_a_write_that_nobody_ends,),
    ),
    Mutation(
        "a clear leaves windows and intents",
        Memory,
        "bump",
        "self._record(scope) or self._fresh(bump.nonce)",
        "self._fresh(bump.nonce)",
        (windows.test_a_hand_off_outlives_who_opened_it,),
    ),
    Mutation(
        "one writer does not close another's intent",
        Memory,
        "bump",
        "record.intents.pop(bump.closes, None)",
        "record.intents = {} if bump.closes else record.intents",
        (windows.test_a_writer_does_not_close_the_intent_of_a_dead_one,),
    ),
    Mutation(
        "windows are put back into a lost record",
        StoreTrust,
        "_hold_windows",
        "list(self.windows.left())",
        "[]",
        (windows.test_a_hand_off_outlives_its_record,),
    ),
    # Writes
    Mutation(
        "an intent is written before WHMCS is called",
        Cache,
        "writing",
        "await self._bump(scope, Bump(self._new_nonce(), opens=intent, open_for=rules.INTENT))",
        "pass",
        (windows.test_a_write_that_nobody_ends,),
    ),
    Mutation(
        "a write ends with a clear",
        Cache,
        "_end",
        "await self._bump(scope, opens if write.is_unknown else Bump(self._new_nonce(), closes=intent))",
        "pass",
        (windows.test_an_own_write_is_shown_everywhere,),
    ),
    Mutation("an unknown write leaves its intent", Cache, "_end", "opens if write.is_unknown else ", "", (_unknown,)),
    Mutation("a write that raises is unknown", Cache, "writing", "write.unknown()", "pass", (_unknown,)),
    Mutation(
        "a write whose end is not recorded waits",
        Cache,
        "_end",
        "await asyncio.sleep(rules.PROBATION)",
        "pass",
        (returning.test_a_write_whose_end_the_store_does_not_hear,),
    ),
    Mutation(
        "a clear that failed is not acknowledged",
        Cache,
        "_bump",
        'raise CacheUnavailable(f"{scope} was to be cleared") from error',
        "return",
        (returning.test_a_clear_that_failed_is_made_good,),
    ),
    Mutation(
        "a clear that failed is made good",
        Cache,
        "_bump",
        "self._trust.owe(scope)",
        "pass",
        (returning.test_a_clear_that_failed_is_made_good,),
    ),
)

MUTATIONS = IN_THE_STORE + BETWEEN + OF_PROGRESS
