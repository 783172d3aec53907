"""How the org at hand is made: its fields' types, and whether it has several currencies. Asked once, when needed."""

import asyncio
from collections.abc import Mapping
from typing import Any

from counterfoil.salesforce.client import SalesforceClient

_NUMBERS = frozenset({"double", "int", "currency", "percent", "long"})


class OrgSchema:
    """Kept for as long as the process lives: what administrators change here needs a restart, as the docs say."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._known: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        self._record_types: dict[str, list[Mapping[str, Any]]] = {}
        self._lock = asyncio.Lock()

    async def fields(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Name -> description, as this user sees them. Raises CrmUnavailable, CrmRefused."""
        async with self._lock:
            if kind not in self._known:
                answer = await self._client.call("GET", f"sobjects/{kind}/describe")
                listed = answer.get("fields") if isinstance(answer, Mapping) else None
                self._known[kind] = {str(each.get("name")): each for each in listed or []}
                types = answer.get("recordTypeInfos") if isinstance(answer, Mapping) else None
                self._record_types[kind] = [each for each in types or [] if isinstance(each, Mapping)]
            return self._known[kind]

    async def record_types(self, kind: str) -> dict[str, str]:
        """Id -> name of those in use besides the master, which has every value."""
        await self.fields(kind)
        return {
            str(each.get("recordTypeId")): str(each.get("name"))
            for each in self._record_types[kind]
            if each.get("active", True) and each.get("available") and not each.get("master")
        }

    async def has_currencies(self) -> bool:
        return "CurrencyIsoCode" in await self.fields("Order")

    async def literal(self, kind: str, field: str, value: str) -> str:
        """As a query writes it: a number must not be in quotes, and a text must be."""
        return value if await self._is_number(kind, field) else f"'{value}'"

    async def value(self, kind: str, field: str, value: str) -> object:
        """As a write sends it."""
        return int(value) if value and await self._is_number(kind, field) else value or None

    async def _is_number(self, kind: str, field: str) -> bool:
        return (await self.fields(kind)).get(field, {}).get("type") in _NUMBERS
