"""The rules about changes that are not visible yet: settle windows, intents of writers, clears that failed."""

from functools import partial

from counterfoil.cache import engine, memory, packing, rules, store_trust
from tests.cache import test_clock_steps as steps
from tests.cache import test_return as returning
from tests.cache import test_windows as windows
from tests.cache.mutating import Mutation, Number

Memory, Record = memory.MemoryStore, packing.Record
StoreTrust, Cache = store_trust.StoreTrust, engine.Cache
_unknown = partial(windows.test_an_unknown_write_leaves_its_intent, failure=ZeroDivisionError())

OF_WINDOWS: tuple[Mutation, ...] = (
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
        (steps.test_settling_counts_from_the_answer,),
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
