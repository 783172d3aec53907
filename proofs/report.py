"""What a run says at its end."""

from collections import Counter

from proofs.answers import oldest
from proofs.events import TAKEN_FOR_LOST
from proofs.history import History
from proofs.rules import Violation
from proofs.run import Run

MOST = 8
"""Violations printed of each rule."""


def lines(run: Run, found: dict[str, list[Violation]], seed: int) -> list[str]:
    history = run.history
    reads = len(history.reads)
    calls = [call for call in history.calls if call.client is not None]
    age, read = oldest(history)
    kinds = Counter(clear.kind for clear in history.clears if clear.holds)
    statuses = Counter(each.status for each in history.reads)
    unreported = sum(not edit.is_confirmed for edit in history.edits)
    values = sum(len(history.shown[each.shown].values) for each in history.reads if each.shown >= 0)
    return [
        f"seed {seed}, {run.seconds:.0f} s",
        f"  reads       {reads} ({reads / run.seconds:.0f} a second), {len(history.last_reads)} different answers; "
        + ", ".join(f"{status or 'none'}: {number}" for status, number in sorted(statuses.items())),
        f"  values      {values} shown",
        f"  changes     {history.changes}; webhooks " + _counted(run.webhooks),
        f"  edits       {len(history.edits)} applied, {unreported} of them unreported",
        f"  clears      {_counted(kinds)}; by the portal itself: {len(history.afresh)}",
        f"  faults      {sum(run.faults.values())}: " + _counted(run.faults),
        (
            f"  WHMCS       {len(calls)} calls, {len(calls) / max(1, history.changes):.1f} for each change, "
            f"{reads / max(1, len(calls)):.0f} reads for each call"
        ),
        f"  redis       taken for lost {sum(each.kind == TAKEN_FOR_LOST for each in history.troubles)} times",
        f"  oldest      {age:.2f} s after it was superseded" + (f": {read.what}" if read else ""),
        *_worst_by_part(history),
        f"  violations  {sum(map(len, found.values()))}",
        *(line for rule, broken in found.items() for line in _told(rule, broken)),
    ]


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in sorted(counter.items())) or "none"


def _worst_by_part(history: History) -> list[str]:
    """How far each lifetime was really used up."""
    worst: dict[str, float] = dict.fromkeys(history.lifetimes, 0.0)
    for index, read in history.last_reads.items():
        for value in history.shown[index].values:
            track = history.tracks[value.track]
            worst[value.part] = max(worst[value.part], read.started - max(track.gone(at) for at in value.candidates))
    return [
        "  lifetimes   "
        + ", ".join(f"{part} {worst[part]:.2f} of {limit:.0f} s" for part, limit in history.lifetimes.items())
    ]


def _told(rule: str, broken: list[Violation]) -> list[str]:
    if not broken:
        return [f"    {rule:<24} held"]
    told = [f"      at {each.moment:.3f} {each.text}" for each in broken[:MOST]]
    more = [f"      ... and {len(broken) - MOST} more"] if len(broken) > MOST else []
    return [f"    {rule:<24} BROKEN {len(broken)} times", *told, *more]
