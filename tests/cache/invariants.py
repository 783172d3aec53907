"""The promises of freshness, each as one sweep over a history. The numbers are those that users are promised."""

from collections.abc import Callable, Iterator

from tests.cache.history import Call, History, Read

SETTLE = 5.0
PROBATION = 2.0
SLACK = 0.3
COMMAND = 0.5
SHARED = 1.0
DISTRUST = 10.0
BEAT = 1.0
INTENT = 30.0


def truth(history: History) -> Iterator[str]:
    """F0: WHMCS's value for this client, at some moment not before its as_of; never another's, never invented."""
    for read in history.reads:
        for name, (call, as_of) in read.shown.items():
            asked = (read.client, name.rpartition(".")[2])
            if (call.client, call.name) != asked or call.version != history.version(call.client, call.point):
                yield f"{read} was shown what WHMCS never said of {asked}"
            # Past the store, a process that has not seen it yet says as_of by its own clock.
            is_early = read.nonce and as_of > history.stamp(call.point) + SLACK and not _stepped(history, call, read)
            if call.point > read.ended or is_early:
                yield f"{read} was shown what WHMCS said outside of [as_of, now]"


def bounded_age(history: History) -> Iterator[str]:
    """F1, F13: nothing was superseded longer than its lifetime ago, "there is none" included."""
    for read in history.reads:
        visible = history.visible(read.client)
        for name, (call, _) in read.shown.items():
            version = call.version or 0
            superseded = visible[version] if version < len(visible) else read.ended
            if superseded < read.begun - history.lifetime_of(version) - SLACK:
                yield f"{name} in {read} was superseded at {superseded}"


def changes_are_shown(history: History) -> Iterator[str]:
    """F2 to F6: whoever asks after a promise is due sees the change."""
    for change in history.changes:
        wanted = history.version(change.client, change.visible)
        for promise in change.promises:
            died = promise.keeper is not None and history.deaths.get(promise.keeper, change.visible + 99) < promise.due
            if died and history.lost(change.client, promise.since, promise.due):
                continue
            for read in history.reads:
                if read.client == change.client and read.begun > promise.due:
                    for name, (call, _) in read.shown.items():
                        if (call.version or 0) < wanted:
                            yield f"{promise.rule}: {name} in {read} does not show {change}"


def nothing_goes_back(history: History) -> Iterator[str]:
    """F7: within a session no object gets older, except in an outage and a second after."""
    seen: dict[tuple[int, str], tuple[int, Read]] = {}
    for read in sorted(history.reads, key=lambda read: read.begun):
        if history.debts.get(read.client, 0) > read.begun:
            continue  # Who knew what had been shown past the store is dead.
        for name, (call, _) in read.shown.items():
            version, before = seen.get((read.session, name), (0, read))
            if (call.version or 0) >= version:
                seen[read.session, name] = (call.version or 0, read)
            elif not _is_troubled(history, read):
                yield f"{name} went back in {read} after {before}"


def _is_troubled(history: History, read: Read) -> bool:
    """A clock step is an outage too: until everybody has noticed, and while the cache is passed by."""
    stepped = history.clock_was_set(read.begun - BEAT - DISTRUST - 1.5, read.ended)
    return stepped or history.was_away(read.begun, read.ended, after=1.0)


def one_call(history: History) -> Iterator[str]:
    """F8: another call for an object while one is under way only for another generation, or after the store failed."""
    for call in history.calls:
        others = [each for each in history.calls if _same(each, call) and each.start < call.start < each.end]
        if others:
            since = min(each.start for each in others)
            if len(others) > _generations(history, call, since) and not _excused(history, call, since):
                yield f"{call} while {others}"


def one_failure(history: History) -> Iterator[str]:
    """F8: a failure is shared for a second."""
    for failed in history.calls:
        if failed.failed:
            again = (failed.end + SLACK / 3, failed.end + SHARED - SLACK)
            for call in history.calls:
                if _same(call, failed) and again[0] < call.start < again[1]:
                    since = failed.start
                    if not _generations(history, call, since) and not _excused(history, call, since):
                        yield f"{call} right after {failed}"


def failures_end(history: History) -> Iterator[str]:
    """F13: an error is shown only if WHMCS failed since a second before it was asked for."""
    for read in history.reads:
        if not read.shown and not read.was_late:
            since = read.begun - SHARED - COMMAND - SLACK
            near = (call for call in history.calls if call.client == read.client and call.failed)
            if not any(call.start <= read.ended and call.end >= since for call in near):
                yield f"{read} shows an error that WHMCS did not give"


def nobody_is_cut_off(history: History) -> Iterator[str]:
    """F8: a call ends before its time only with its process, however many readers leave."""
    for call in history.calls:
        if call.is_cancelled and call.process not in history.deaths:
            yield f"{call} was cancelled"


def one_generation(history: History) -> Iterator[str]:
    """F9: all that is shown together was fetched within the generation that it is shown as."""
    for read in history.reads:
        if read.nonce and read.shown:
            generation = history.generations[read.nonce]
            for name, (call, _) in read.shown.items():
                is_early = call.start < generation.began
                is_late = call.end > generation.ended and not history.was_away(call.end - COMMAND, read.ended)
                if is_early or is_late:
                    yield f"{name} in {read} is not of {generation}"


def all_for_one(history: History) -> Iterator[str]:
    """F9, F15: what is shown together though it is not stored was all fetched for this request."""
    for read in history.reads:
        calls = {id(call): call for call, _ in read.shown.values()}
        if not read.nonce and len(calls) > 1:
            for call in calls.values():
                if call.start < read.begun:
                    yield f"{call} was not made for {read}"


def reads_end(history: History) -> Iterator[str]:
    """F15: a read ends within two fetches of each part, however often its client is cleared meanwhile."""
    for read in history.reads:
        near = [each for each in history.calls if each.client == read.client and _overlap(each, read)]
        longest = max((min(call.end, read.ended) - call.start for call in near), default=0.0)
        if read.ended - read.begun > 2 * longest + SLACK + COMMAND and not _is_disturbed(history, read):
            yield f"{read} took {read.ended - read.begun:.2f} s, with fetches of {longest:.2f} s"


def _overlap(call: Call, read: Read) -> bool:
    return call.start <= read.ended and call.end >= read.begun


def _is_disturbed(history: History, read: Read) -> bool:
    """By what takes more than clears: a store or a process that is gone, keys that are lost, a clock that was set."""
    early = read.begun - COMMAND - SLACK
    died = any(early - 4.0 <= moment <= read.ended for moment in history.deaths.values())
    return died or _is_troubled(history, read) or history.lost(read.client, early, read.ended)


def as_of_is_the_start(history: History) -> Iterator[str]:
    """F14: what is shown as the age is the moment the call began."""
    for read in history.reads:
        for name, (call, as_of) in read.shown.items():
            begun = history.stamp(call.start)
            right = begun - COMMAND - SLACK <= as_of <= begun + SLACK
            if read.nonce and not right and not _stepped(history, call, read):
                yield f"{name} in {read} says {as_of - begun:+.2f} s"


def _stepped(history: History, call: Call, read: Read) -> bool:
    return history.clock_was_set(call.start - COMMAND - BEAT, read.ended)


def _same(one: Call, other: Call) -> bool:
    return one is not other and (one.client, one.name) == (other.client, other.name)


def _generations(history: History, call: Call, since: float) -> int:
    """How many began between then and the call, give or take the way to WHMCS."""
    known = history.generations.values()
    return sum(each.client == call.client and since - COMMAND - SLACK <= each.began <= call.start for each in known)


def _excused(history: History, call: Call, since: float) -> bool:
    early = since - COMMAND - SLACK
    died = any(early <= moment <= call.start for moment in history.deaths.values())
    stepped = history.clock_was_set(early - DISTRUST - BEAT, call.start)
    away = history.was_away(early, call.start, after=1.0)
    return died or stepped or away or history.lost(call.client, early, call.start)


RULES: tuple[Callable[[History], Iterator[str]], ...] = (
    truth,
    bounded_age,
    changes_are_shown,
    nothing_goes_back,
    one_call,
    one_failure,
    failures_end,
    nobody_is_cut_off,
    one_generation,
    all_for_one,
    reads_end,
    as_of_is_the_start,
)


def violations(history: History) -> Iterator[str]:
    for rule in RULES:
        for what in rule(history):
            yield f"seed {history.seed}, {rule.__name__}: {what}"
