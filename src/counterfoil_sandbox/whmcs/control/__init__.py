"""The control API under /_sandbox/: what tests, proofs and the demo ask of the stand-in. Calls: docs/sandbox.md."""

from .machine import MACHINE
from .things import THINGS

CONTROL = [*MACHINE, *THINGS]
