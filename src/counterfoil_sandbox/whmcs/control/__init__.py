"""The control API under /_sandbox/: what tests, proofs and the demo ask of the stand-in. Calls: docs/sandbox.md."""

from .calls import CALLS
from .clients import CLIENTS
from .invoices import INVOICES
from .openid import OPENID
from .pay_methods import PAY_METHODS
from .switches import SWITCHES
from .webhooks import WEBHOOKS

CONTROL = [*CALLS, *SWITCHES, *WEBHOOKS, *INVOICES, *CLIENTS, *PAY_METHODS, *OPENID]
