"""The control API under /_sandbox/: what tests, proofs and the demo ask of the stand-in. Described in docs/sandbox.md.

GET people, POST reset, GET/DELETE calls, GET/POST/DELETE faults, GET/PUT quirks, GET/PATCH settings,
GET deliveries, POST webhooks, GET/PATCH/POST/DELETE invoices, PATCH clients, PATCH users, PUT permissions,
DELETE pay-methods, PUT gateways.
"""

from .machine import MACHINE
from .things import THINGS

CONTROL = [*MACHINE, *THINGS]
