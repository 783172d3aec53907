"""Every number the connections decide by, in seconds, with what follows from it. Those of the cache: cache/rules.py."""

COMMAND_LIMIT = 0.5
"""What a hung Redis costs, once: the first command to wait this long ends the connection, the rest fail at once."""

REDIAL_FIRST, REDIAL_LAST = 0.05, 0.5
"""Pauses between attempts to connect again: how soon after its return Redis is used again."""

LOOKOUT = 1.0
"""How often sentinels, or the nodes of a cluster, are asked who is the master: how soon one that was replaced, though
it still answers, is left. Longer needs a longer SWITCH."""

SWITCH = 5.0
"""How long a master that sentinels or a cluster have named is left alone. Must exceed what the other processes need to
leave the one before: 2 s until every sentinel or node has heard of the switch, a LOOKOUT until they are asked, a
COMMAND_LIMIT for the answer."""

LISTENER_BEAT = 5.0
"""How soon a dead server is noticed by who only listens: open pages fall back to polling for that long at most."""
