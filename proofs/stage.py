"""What everybody in a run shares: who plays, by which plan, and who takes it down."""

from typing import NamedTuple

from proofs.books import Books
from proofs.fleet import Fleet
from proofs.plan import Plan
from proofs.recorder import Recorder


class Stage(NamedTuple):
    fleet: Fleet
    plan: Plan
    recorder: Recorder
    books: Books
