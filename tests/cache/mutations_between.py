"""The rules between processes and store, as in mutations.py: who fetches, what an outage leaves, whose clock counts."""

from functools import partial

from counterfoil import errors
from counterfoil.cache import bypass, engine, fetching, memory, rules, server_run, store_trust
from counterfoil.redis import cluster, connection, sentinel
from tests.cache import test_generations as generations
from tests.cache import test_redis_store as redis_stores
from tests.cache import test_return as returning
from tests.cache import test_sessions as sessions
from tests.cache.mutating import Mutation, Number
from tests.redis import test_cluster as clusters
from tests.redis import test_connection as connections
from tests.redis import test_sentinel as sentinels

Memory = memory.MemoryStore
Fetching, StoreTrust, Bypass, Cache = fetching.Fetching, store_trust.StoreTrust, bypass.Bypass, engine.Cache
_UNTRUSTED = "if not self._trust.is_given:"
_bug = partial(generations.test_a_refusal_or_a_bug_is_not_kept, failure=errors.InvoiceNotFound("3"))
_step = partial(returning.test_a_machine_whose_clock_is_wrong, clock_is_off=300.0)

BETWEEN: tuple[Mutation, ...] = (
    # Economy
    Mutation(
        "one process fetches, the others wait",
        Memory,
        "acquire",
        "if nonce == lease.nonce:",
        "if False:",
        (generations.test_many_cold_readers_cost_one_call,),
    ),
    Mutation(
        "a long fetch keeps its lease",
        Fetching,
        "_renew",
        "await self._trust.ask(self._store.renew, lease)",
        "pass",
        (generations.test_a_long_fetch_keeps_its_lease,),
    ),
    Mutation(
        "only the owner's fill is taken",
        Memory,
        "fill",
        "or not self._owns(lease)",
        "",
        (generations.test_a_slow_fetch_does_not_overwrite_a_newer_one,),
    ),
    Mutation(
        "only the owner gives a lease back",
        Memory,
        "fail",
        "if not self._owns(lease) and not",
        "if False and not",
        (generations.test_a_lost_fetch_that_fails_leaves_the_lease_of_another,),
    ),
    Mutation(
        "a failure is shared",
        Memory,
        "fail",
        "_delete(_lease_key(lease))\n    if code:",
        "_delete(_lease_key(lease))\n    if False:",
        (generations.test_a_failure_is_shared,),
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
        (generations.test_a_failure_is_forgotten_after_a_second,),
    ),
    Mutation(
        "who leaves cancels nothing",
        engine,
        "arrivals",
        "    finally:\n",
        "    except asyncio.CancelledError:\n        flights[0].task.cancel()\n        raise\n    finally:\n",
        (generations.test_a_fetch_outlives_its_last_reader,),
    ),
    # Outages
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
        "if self._trust.is_given:",
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
        "if self._trust.is_given:",
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
    # Sentinels
    Mutation(
        "the latest failover counts",
        sentinel,
        "newest",
        "(master.epoch, master.age)",
        "(-master.epoch, master.age)",
        (sentinels.test_the_latest_failover_counts,),
    ),
    Mutation(
        "a new master is left alone at first",
        sentinel.SentinelTopology,
        "find",
        "if found.age < timing.SWITCH:",
        "if False:",
        (sentinels.test_a_new_master_is_left_alone_until_all_have_left_the_old_one,),
    ),
    Mutation(
        "a master that was replaced is left",
        sentinel.SentinelTopology,
        "until_replaced",
        "if found != layout:",
        "if False:",
        (sentinels.test_a_master_that_was_replaced_is_left,),
    ),
    # Clusters
    Mutation(
        "a later claim to a slot counts",
        cluster,
        "layout",
        "if claim.slots), key=lambda claim: claim.epoch)",
        "if claim.slots), key=lambda claim: -claim.epoch)",
        (clusters.test_a_later_claim_to_a_slot_counts,),
    ),
    Mutation(
        "of one node its own word counts",
        cluster,
        "layout",
        "(claim.epoch, claim.is_own)",
        "(claim.epoch, not claim.is_own)",
        (clusters.test_of_one_node_its_own_word_counts,),
    ),
    Mutation(
        "a layout that was replaced is left",
        cluster.ClusterTopology,
        "until_replaced",
        "if found != before:",
        "if False:",
        (clusters.test_a_layout_that_was_replaced_is_left,),
    ),
    Mutation(
        "a claim is left alone at first",
        server_run,
        "leave_alone_at_first",
        "if age < timing.SWITCH:",
        "if False:",
        (redis_stores.test_a_claim_is_left_alone_until_all_have_left_the_one_before,),
    ),
    # Clocks
    Mutation(
        "a clock step closes the cache",
        StoreTrust,
        "_look_at",
        "if self.clock.observe(answer.now, sent, received, answer.server):",
        "if self.clock.observe(answer.now, sent, received, answer.server) and False:",
        (returning.test_a_hit_that_only_a_step_back_revives_is_none,),
    ),
    Mutation(
        "an answer that shows a step is no hit",
        Fetching,
        "_fly",
        _UNTRUSTED,
        "if False:",
        (returning.test_a_hit_that_only_a_step_back_revives_is_none,),
    ),
    Mutation(
        "a step clears everything at once",
        StoreTrust,
        "_make_good",
        "await self.beat()",
        "await self.beat(); await asyncio.sleep(rules.DISTRUST if self._distrusted_until else 0)",
        (returning.test_who_starts_after_a_step_back,),
    ),
    Mutation(
        "the store's clock is known before it is used",
        StoreTrust,
        "_make_good",
        "await self.beat()",
        "pass",
        (_step,),
    ),
    Mutation(
        "a look during which the cache closed is void",
        Cache,
        "_found",
        _UNTRUSTED,
        "if False:",
        (returning.test_a_look_during_which_a_step_is_noticed,),
    ),
)
