"""One Salesforce org: the client that calls it, and what an order needs of its API."""

import time
from collections.abc import Callable
from typing import Self

from counterfoil.salesforce.api import SalesforceApi
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.fields import Fields, Selling
from counterfoil.settings import Settings


class Salesforce:
    """Owns its connections: `close()` it."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = SalesforceClient(
            url=settings.salesforce_url,
            client_id=settings.salesforce_client_id,
            username=settings.salesforce_username,
            private_key=settings.salesforce_private_key,
            share=settings.salesforce_daily_share / 100,
            clock=clock,
        )
        selling = Selling(
            draft=settings.salesforce_draft_status,
            cancelled=frozenset(status.lower() for status in settings.salesforce_cancelled_statuses),
            price_book=settings.salesforce_price_book,
        )
        self.upstream = self._client.upstream
        self.api = SalesforceApi(self._client, Fields(dict(settings.salesforce_fields)), selling)

    @classmethod
    def if_used(cls, settings: Settings) -> Self | None:
        """Optional as a whole: without its address nothing of it is used."""
        return cls(settings) if settings.salesforce_url else None

    async def close(self) -> None:
        await self._client.close()
