"""Saved cards and bank accounts of one client: what is shown of them, and whether an order may count on one.

WHMCS keeps them; here is neither a number that pays nor a way to change one.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Protocol

import msgspec
import structlog
from msgspec import Struct

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Calendar, Reading, moment, part_of, readable, reading_of, unless_unreadable
from counterfoil.cache import Cache, CacheUnavailable, Part, Snapshot
from counterfoil.cache.scopes import SHARED_SCOPE, client_scope
from counterfoil.model import Client, Gateway, PaymentMethod

_log = structlog.get_logger(__name__)

SOON = timedelta(days=30)
"""A card that expires within this time is worth a word before a payment fails."""

_methods = msgspec.json.Decoder(tuple[PaymentMethod, ...] | None)


class PaymentMethodItem(Struct, frozen=True):
    """One of them, as the API shows it (docs/openapi.json)."""

    id: int
    type: str
    description: str
    gateway: str
    brand: str
    last_four: str
    expires_on: date | None
    is_expired: bool
    """False also where the expiry cannot be read; no order counts on such a one."""
    is_default: bool | None
    """Always None: WHMCS's API does not tell which one it would charge, and a guess would be about money."""
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read. They are null, or empty."""


class PaymentMethodList(Struct, frozen=True):
    items: tuple[PaymentMethodItem, ...]
    as_of: datetime


class SavedMethod(Struct, frozen=True):
    """What a page says about one of them. `gateway` is the name that customers know; "" when WHMCS names none."""

    method: PaymentMethod
    gateway: str
    is_expired: bool
    expires_soon: bool
    is_usable: bool


class PaymentMethodsOverview(Struct, frozen=True):
    methods: tuple[SavedMethod, ...]
    client: Client
    as_of: datetime

    @property
    def is_ready_for_orders(self) -> bool:
        return any(each.is_usable for each in self.methods)


class _PaymentMethodSource(Protocol):
    async def get_pay_methods(self, client_id: int) -> tuple[PaymentMethod, ...]: ...
    async def get_payment_methods(self) -> tuple[Gateway, ...]: ...


class PaymentMethods:
    """Every method raises BillingUnavailable when WHMCS does not say (unknown is never none), and AccountClosed."""

    def __init__(
        self,
        source: _PaymentMethodSource,
        cache: Cache,
        lifetimes: Lifetimes,
        calendar: Calendar,
        *,
        clients: Clients,
        gateways: Gateways,
        timeout: float,
    ) -> None:
        self._source = source
        self._cache = cache
        self._lifetime = lifetimes.payment_methods
        self._calendar = calendar
        self._clients = clients
        self._gateways = gateways
        self._timeout = timeout

    def part(self, client_id: int, account_id: int) -> Part:
        """For pages that show them beside other things. Cached for each person on their own."""
        name = f"payment_methods:{account_id}"
        return part_of(name, self._lifetime, lambda: unless_unreadable(self._source.get_pay_methods(client_id)))

    async def page(self, client_id: int, account_id: int) -> Reading[PaymentMethodList]:
        parts = [self.part(client_id, account_id), self._clients.part(client_id)]
        snapshot = await self._cache.read(client_scope(client_id), parts, within=self._timeout)
        decode_client(snapshot.entries[1].value)
        # What is shown is as old as itself, not as what else was looked at.
        snapshot = Snapshot(snapshot.nonce, snapshot.entries[:1])
        today = self._calendar.today()
        items = tuple(_item(method, today) for method in decode_methods(snapshot.entries[0].value))
        shown = PaymentMethodList(items, moment(snapshot.as_of))
        return reading_of(shown, snapshot, not_after=self._calendar.midnight())

    async def overview(self, client_id: int, account_id: int) -> Reading[PaymentMethodsOverview]:
        """With what the gateways say of them."""
        parts = [self.part(client_id, account_id), self._clients.part(client_id)]
        snapshot = await self._cache.read(client_scope(client_id), parts, within=self._timeout)
        # After the client's, never before: then no page of a new generation has gateways of an older one (changes.py).
        gateways = await self._gateways.read()
        methods, client = (entry.value for entry in snapshot.entries)
        overview = PaymentMethodsOverview(
            methods=shown_methods(decode_methods(methods), gateways.value, self._calendar.today()),
            client=decode_client(client),
            as_of=moment(snapshot.as_of),
        )
        return reading_of(overview, snapshot, not_after=min(gateways.expires_at, self._calendar.midnight()))

    async def usable_for_order(self, client_id: int) -> tuple[PaymentMethod, ...]:
        """WHMCS's word of now, past every cache: without one of these an order is not accepted."""
        methods, gateways, _ = await asyncio.gather(
            self._source.get_pay_methods(client_id),
            self._source.get_payment_methods(),
            self._clients.require_open(client_id),
        )
        found = tuple(
            each.method for each in shown_methods(methods, gateways, self._calendar.today()) if each.is_usable
        )
        if not found:
            await self._forget(client_id)
        return found

    async def _forget(self, client_id: int) -> None:
        # Who is refused for want of a method must not read "Ready for new orders" on the next page.
        _log.info("no usable payment method", client_id=client_id)
        with suppress(CacheUnavailable):
            await self._cache.clear(SHARED_SCOPE)
            await self._cache.clear(client_scope(client_id))


def decode_methods(value: bytes) -> tuple[PaymentMethod, ...]:
    """Raises RecordUnreadable."""
    return readable(_methods.decode(value))


def shown_methods(
    methods: Iterable[PaymentMethod], gateways: Iterable[Gateway], today: date
) -> tuple[SavedMethod, ...]:
    """Usable: not expired, and its gateway is switched on. `today` is WHMCS's."""
    names = {gateway.id.casefold(): gateway.name for gateway in gateways}
    return tuple(_shown(method, names, today) for method in methods)


def _shown(method: PaymentMethod, names: Mapping[str, str], today: date) -> SavedMethod:
    is_expired = _is_expired(method, today)
    module = method.gateway.casefold()
    # Of what WHMCS stores itself it names no gateway: any that is switched on may be the one that charges it.
    is_accepted = module in names if module else bool(names)
    return SavedMethod(
        method=method,
        gateway=names.get(module, method.gateway),
        is_expired=is_expired,
        expires_soon=not is_expired and method.expires_on is not None and method.expires_on <= today + SOON,
        # What cannot be read may have expired long ago, or be of a gateway that was switched off.
        is_usable=is_accepted and not is_expired and not {"expires_on", "gateway"} & set(method.unreadable),
    )


def _is_expired(method: PaymentMethod, today: date) -> bool:
    """A card is good to the last day of its month."""
    return method.expires_on is not None and method.expires_on < today


def _item(method: PaymentMethod, today: date) -> PaymentMethodItem:
    return PaymentMethodItem(
        id=method.id,
        type=method.type,
        description=method.description,
        gateway=method.gateway,
        brand=method.brand,
        last_four=method.last_four,
        expires_on=method.expires_on,
        is_expired=_is_expired(method, today),
        is_default=None,
        unreadable=method.unreadable,
    )
