"""Histories made by hand, told as one would tell them: times are seconds from the start. No rules."""

from proofs.checker import check
from proofs.events import Call, Clear, Edit, Read, Shown, Track, Trouble, Value, Version
from proofs.history import History
from proofs.truth import ALWAYS

ADA, BOB = 1, 2
START = 1000.0
LIFETIMES = {"rows": 4.0, "invoice": 12.0, "client": 12.0}


def version(at: float, *facts: str) -> Version:
    return Version(at, at, facts or None)


def invoice(*changes: float, client: int = ADA, gone: float | None = None) -> Track:
    """Unpaid at first; each change another total, visible at that moment (in seconds from the start)."""
    looks = [(f"INV-{client}", "unpaid", f"{number}.00", "2026-12-01", f"{number}.00") for number in range(9)]
    made = [version(START + at, *looks[number]) for number, at in enumerate((-100.0, *changes))]
    return Track(client, [version(ALWAYS), *made, *([version(START + gone)] if gone is not None else [])])


class Told:
    """Builds a history as one would tell it: times are seconds from the start."""

    def __init__(self, *tracks: Track) -> None:
        named = {f"invoice {number}": track for number, track in enumerate(tracks, 1)}
        self.history = History(LIFETIMES, tracks=named)

    def read(
        self,
        started: float,
        *values: Value,
        as_of: float | None = None,
        took: float = 0.1,
        session: str = "ada",
        forced: bool = False,
    ) -> "Told":
        """`as_of`: as the answer said it; by default from just before the read, and fetched then."""
        since = started - 0.05 if as_of is None else as_of
        if as_of is None:
            self.call(since + 0.01, f"GetInvoices {len(self.history.calls)}")
        self.history.shown.append(Shown(ADA, values, START + since))
        shown = len(self.history.shown) - 1
        what = Read(START + started, START + started + took, 0, session, ADA, "list", 200, shown, forced)
        self.history.reads.append(what)
        return self

    def answer(self, started: float, status: int, *, took: float = 0.1, portal: int = 0) -> "Told":
        ended = START + started + took
        self.history.reads.append(Read(START + started, ended, portal, "ada", ADA, "list", status))
        return self

    def clear(self, started: float, ended: float, kind: str = "webhook", *, status: int = 204) -> "Told":
        self.history.clears.append(Clear(kind, ADA, START + started, START + ended, status, 0))
        return self

    def call(
        self,
        started: float,
        thing: str = "GetInvoices 1",
        *,
        took: float = 0.05,
        portal: int = 0,
        failed: bool = False,
        hung: bool = False,
        client: int | None = ADA,
    ) -> "Told":
        at = START + started
        self.history.calls.append(Call(thing, client, at, at + took, at, hung, portal=portal, failed=failed or hung))
        return self

    def trouble(self, kind: str, whom: str, began: float, ended: float, *, outage: bool = False) -> "Told":
        dead = (START + began, START + ended)
        each = Trouble(kind, whom, START + began, START + ended)
        self.history.troubles.append(each._replace(dead=dead) if outage else each)
        return self

    @property
    def broken(self) -> set[str]:
        return {rule for rule, found in check(self.history).items() if found}


def moved(ended: float, *, is_confirmed: bool = True) -> Told:
    """A customer changed the address; WHMCS had it when the portal answered, or when it was seen there."""
    told = Told()
    told.history.tracks["address 1"] = Track(ADA, [version(ALWAYS), Version(START + 5, START + ended, ("1",))])
    told.history.edits.append(Edit(ADA, 1, START + ended, is_confirmed))
    return told


def suite(at: int) -> Value:
    return Value("address 1", (at,), "client")


def row(at: int, number: int = 1) -> Value:
    return Value(f"invoice {number}", (at,), "rows")


def detail(at: int, number: int = 1) -> Value:
    return Value(f"invoice {number}", (at,), "invoice")


def missing(*at: int) -> Value:
    return Value("invoice 1", at, "invoice", is_missing=True)
