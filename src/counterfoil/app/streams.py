"""Ends the live streams of sessions that have ended by themselves. Those that are signed out end at once."""

import asyncio

import structlog

from counterfoil.errors import TemporarilyUnavailable
from counterfoil.web.services import Services

_log = structlog.get_logger(__name__)

EVERY = 30.0
"""Seconds between two looks, one query each for all streams of the process."""


async def end_with_sessions(services: Services) -> None:
    """Until cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        keys = services.live.sessions()
        try:
            living = await services.sessions.living(keys)
        except TemporarilyUnavailable:
            _log.warning("sessions of live streams not looked at", reason="the database is away")
            continue
        for key in keys - living:
            services.live.end_session(key)
