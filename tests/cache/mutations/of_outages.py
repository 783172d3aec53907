"""The rules about a store that is away, hangs, or comes back: who asks WHMCS, and what is owed to the store."""

from counterfoil.cache import bypass, engine, fetching, memory, store_trust
from counterfoil.redis import connection
from tests.cache import test_return as returning
from tests.cache import test_sessions as sessions
from tests.cache.mutating import Mutation
from tests.redis import test_connection as connections

Memory = memory.MemoryStore
Fetching, StoreTrust, Bypass, Cache = fetching.Fetching, store_trust.StoreTrust, bypass.Bypass, engine.Cache

OF_OUTAGES: tuple[Mutation, ...] = (
    Mutation(
        "what is shown past the store is owed to it",
        Bypass,
        "read",
        "self._trust.owe(scope)",
        "pass",
        (returning.test_what_was_shown_past_the_store_is_cleared_in_it,),
    ),
    Mutation(
        "once the store is back, it is asked",
        Bypass,
        "read",
        "if not await self._trust.is_withheld():",
        "if False:",
        (returning.test_a_value_fetched_past_the_store_is_not_shown_once_it_is_back,),
    ),
    Mutation(
        "a call past the store under way is not joined",
        Bypass,
        "_flight",
        "not latest.is_airborne",
        "True",
        (returning.test_readers_past_the_store_share_the_next_call,),
    ),
    Mutation(
        "calls past the store come one by one",
        Bypass,
        "_fly",
        "if before is not None:",
        "if False:",
        (returning.test_readers_past_the_store_share_the_next_call,),
    ),
    Mutation(
        "who queued asks WHMCS only while the store is away",
        Bypass,
        "_fly",
        "if self._trust.is_given:",
        "if False:",
        (returning.test_who_queued_past_the_store_costs_no_call_once_it_is_back,),
    ),
    Mutation(
        "a failure past the store is shared",
        Bypass,
        "_fly",
        "if key in self._failed:",
        "if False:",
        (returning.test_a_failure_past_the_store_is_shared,),
    ),
    Mutation(
        "a store that answers is not hung",
        connection.Connection,
        "_check_time",
        "max(self._waiting[0][1], self._heard)",
        "self._waiting[0][1]",
        (connections.test_a_store_that_answers_is_not_hung,),
    ),
    Mutation(
        "a process that was away does not blame the store",
        connection.Connection,
        "_check_time",
        "if now - self._checks_at > moment:",
        "if False:",
        (connections.test_a_process_that_was_away_itself_does_not_blame_the_store,),
    ),
    Mutation(
        "a fetch that the store missed is owed to it",
        Fetching,
        "_past_the_store",
        "self._trust.owe(lease.scope)",
        "pass",
        (returning.test_what_the_store_missed_is_cleared_in_it,),
    ),
    Mutation(
        "a fetch that the store missed is not shown once it is back",
        Fetching,
        "_past_the_store",
        "if not await self._trust.is_withheld():",
        "if False:",
        (returning.test_a_fill_that_fails_while_the_store_is_back,),
    ),
    Mutation(
        "a fetch that the store missed is shown beside nothing older",
        Cache,
        "_round",
        "if len(parts) > 1 and",
        "if False and",
        (returning.test_a_fetch_that_the_store_missed_is_shown_beside_nothing_older,),
    ),
    Mutation(
        "a fetch that the store missed names no generation",
        Cache,
        "_round",
        'token = ""',
        "pass",
        (returning.test_a_fetch_that_the_store_missed_names_no_generation,),
    ),
    Mutation(
        "debts are paid before the store is asked",
        StoreTrust,
        "_pay_all",
        "while self._owed or self._owed_drops or self._owes_everything:",
        "while False:",
        (returning.test_what_was_shown_past_the_store_is_cleared_in_it,),
    ),
    Mutation(
        "a connection lost in its greeting is not trusted",
        StoreTrust,
        "_make_good",
        "self._store.is_up",
        "True",
        (returning.test_a_store_that_goes_while_it_is_welcomed_is_not_trusted,),
    ),
    Mutation(
        "a dropped session stays dropped",
        Memory,
        "put_session",
        '!= b""',
        '!= b"?"',
        (sessions.test_a_dropped_session_is_not_put_back,),
    ),
)
