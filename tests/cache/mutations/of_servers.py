"""The rules about which server is believed: sentinels, clusters, and whose clock counts."""

from functools import partial

from counterfoil.cache import engine, fetching, server_run, store_trust
from counterfoil.redis import cluster, sentinel
from tests.cache import test_clock_steps as steps
from tests.cache import test_redis_store as redis_stores
from tests.cache.mutating import Mutation
from tests.redis import test_cluster as clusters
from tests.redis import test_sentinel as sentinels

Fetching, StoreTrust, Cache = fetching.Fetching, store_trust.StoreTrust, engine.Cache
_UNTRUSTED = "if not self._trust.is_given:"
_step = partial(steps.test_a_machine_whose_clock_is_wrong, clock_is_off=300.0)

OF_SERVERS: tuple[Mutation, ...] = (
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
        (steps.test_a_hit_that_only_a_step_back_revives_is_none,),
    ),
    Mutation(
        "an answer that shows a step is no hit",
        Fetching,
        "_fly",
        _UNTRUSTED,
        "if False:",
        (steps.test_a_hit_that_only_a_step_back_revives_is_none,),
    ),
    Mutation(
        "a step clears everything at once",
        StoreTrust,
        "_make_good",
        "await self.beat()",
        "await self.beat(); await asyncio.sleep(rules.DISTRUST if self._distrusted_until else 0)",
        (steps.test_who_starts_after_a_step_back,),
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
        (steps.test_a_look_during_which_a_step_is_noticed,),
    ),
)
