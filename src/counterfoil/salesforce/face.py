"""One Salesforce org: the client that calls it, and what an order needs of its API."""

import time
from collections.abc import Callable, Mapping
from typing import Self

from counterfoil.salesforce.api import SalesforceApi
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.fields import Fields, Selling
from counterfoil.salesforce.quota import CallRecord, Quota
from counterfoil.settings import Settings
from counterfoil.tracing import Tracing


class Salesforce:
    """Owns its connections: `close()` it. `calls`: what all processes of the installation write theirs into."""

    quota: Quota

    def __init__(
        self,
        settings: Settings,
        *,
        calls: CallRecord | None = None,
        clock: Callable[[], float] = time.monotonic,
        tracing: Tracing | None = None,
    ) -> None:
        client = SalesforceClient(
            url=settings.salesforce_url,
            client_id=settings.salesforce_client_id,
            username=settings.salesforce_username,
            private_key=settings.salesforce_private_key,
            share=settings.salesforce_daily_share / 100,
            record=calls,
            clock=clock,
            tracing=tracing,
        )
        selling = Selling(
            draft=settings.salesforce_draft_status,
            cancelled=frozenset(status.lower() for status in settings.salesforce_cancelled_statuses),
            price_book=settings.salesforce_price_book,
        )
        self._client, self.quota, self.upstream = client, client.quota, client.upstream
        self.outcomes: Mapping[str, int] = client.outcomes
        self.api = SalesforceApi(client, fields_of(settings), selling)

    @classmethod
    def if_used(cls, settings: Settings, calls: CallRecord, tracing: Tracing | None = None) -> Self | None:
        """Optional as a whole: without its address nothing of it is used."""
        return cls(settings, calls=calls, tracing=tracing) if settings.salesforce_url else None

    async def close(self) -> None:
        await self._client.close()


def fields_of(settings: Settings) -> Fields:
    return Fields(dict(settings.salesforce_fields), settings.salesforce_namespace)
