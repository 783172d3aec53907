"""Every number the cache decides by, with what follows from it. Seconds, unless the name says otherwise. Those of the
connections to Redis: redis/timing.py.
"""

SETTLE = 6.0
"""After a clear, values may still be the old ones: WHMCS's hooks run before it commits. A change that becomes visible
later than this after its webhook is found only when the lifetime ends. Promised are 5 s from the moment the webhook is
answered; the rest is for the way back from the store (its COMMAND_LIMIT) and a clock's small steps (CLOCK_STEP)."""

PROBATION = 2.0
"""How long a value counts that was fetched while WHMCS may still change its mind (settling, hot, open intent). The
bound of the promises for early webhooks, unknown writes and hand-offs; halving it doubles the calls then."""

INTENT = 60.0
"""How long a write whose end nobody reported keeps its client on probation. Must exceed the longest time in which
WHMCS may still apply a write after it was sent; longer costs calls only after a crash."""

SHARED_FAILURE = 1.0
"""One failure answers everybody for this long: longer hides a recovery, shorter hammers a WHMCS that is down."""

LEASE = 4.0
"""How long readers wait for a process that died in mid-fetch. A living process renews its lease three times in this
time; a pause longer than this costs one extra call, never a wrong value."""

FETCH_LIMIT = 150.0
"""The net under a fetch that does not limit itself: above the largest time limit WHMCS calls can be given."""

POLL_FIRST, POLL_LAST = 0.02, 0.1
"""How often a process asks for a value that another one is fetching: the first pause and, doubling, the last."""

RECORD_LASTS = 24 * 3600.0
"""A generation record nobody bumps is forgotten after this, and is born again, settling: one extra fetch a day."""

TOMBSTONE = 120.0
"""How long a dropped session cannot be put back by a request that was under way. Must exceed the longest request."""

BEAT = 1.0
"""How soon a changed run id, a role change behind a proxy or a clock step is noticed on an idle connection."""

SINCE_LASTS = 30 * 24 * 3600.0
"""How long it is known since when a master of a cluster has its slots. After that, whoever connects waits a SWITCH."""

CLOCK_STEP = 0.2
"""A store clock that leaves the monotonic one by more than this has been set. Must exceed a BEAT's drift by far."""

DISTRUST = 10.0
"""How long the cache is passed by after a clock step: longer than a BEAT and SETTLE, so that no window is cut short."""

HOLD = 2.0
"""How often a process checks that the windows it opened (hand-offs, intents) are still recorded. Below SETTLE: a
record that was evicted or flushed is born settling, which bridges the gap."""

DEBTS_MOST = 10_000
"""More clients than this served past the store, and everything is cleared instead of each of them."""
