"""All rules over one history, and the figures worth printing."""

from collections.abc import Callable, Iterator

from proofs import answers, consistency, economy, rules
from proofs.history import History
from proofs.rules import Violation

RULES: dict[str, Callable[[History], Iterator[Violation]]] = {
    "F0 truth": rules.f0_truth,
    "F1 bounded age": rules.f1_bounded_age,
    "F2 webhook": rules.f2_webhook,
    "F2 forced refresh": rules.f2_refresh,
    "F3 early webhook": rules.f3_early_webhook,
    "F4 own write": rules.f4_own_write,
    "F5 unknown write": rules.f5_unknown_write,
    "F6 hand-off": rules.f6_hand_off,
    "F7 monotonic": consistency.f7_monotonic,
    "F7 across views": consistency.f7_across_views,
    "F8 one call": economy.f8_one_call,
    "F8 bounded": economy.f8_bounded,
    "F9 wholeness": consistency.f9_wholeness,
    "F9 answers": answers.f9_answers,
    "F10 no false promise": answers.f10_no_false_promise,
    "F10 no write": answers.f10_no_write,
    "F10 delay": answers.f10_delay,
    "F12 lost webhook": rules.f12_lost_webhook,
    "F13 not found": rules.f13_not_found,
    "F13 no kept error": answers.f13_no_kept_error,
    "F14 start of the fetch": answers.f14_start_of_fetch,
}


def check(history: History) -> dict[str, list[Violation]]:
    """What breaks each rule, in the order in which it happened."""
    return {name: sorted(rule(history), key=lambda found: found.moment) for name, rule in RULES.items()}
