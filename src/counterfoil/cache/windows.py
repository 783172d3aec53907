"""The windows this process has opened (hand-offs, write intents), so that a record that is lost can be made again."""

import asyncio
from collections.abc import Iterator

from counterfoil.cache.store import Bump


class Windows:
    """Deadlines on the event loop's clock, by client and intent; a hot window has no intent."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], float] = {}

    def opened(self, scope: str, bump: Bump) -> None:
        now = asyncio.get_running_loop().time()
        for intent, lasts in (("", bump.hot_for), (bump.opens, bump.open_for)):
            if lasts:
                self._until[scope, intent] = max(self._until.get((scope, intent), 0), now + lasts)
        if bump.closes:
            self._until.pop((scope, bump.closes), None)

    def left(self) -> Iterator[tuple[str, Bump]]:
        """What a record must know now; the nonce is for the caller to give."""
        now = asyncio.get_running_loop().time()
        self._until = {key: until for key, until in self._until.items() if until > now}
        for (scope, intent), until in self._until.items():
            yield scope, Bump("", opens=intent, open_for=until - now) if intent else Bump("", hot_for=until - now)
