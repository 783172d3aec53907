"""All lifetimes. Nothing else decides about age; what an event clears: changes/effects.py."""

from typing import Self

from msgspec import Struct

from counterfoil.settings import Settings

NOT_FOUND_LIFETIME = 10.0
"""Seconds for which "there is no such invoice" is believed; a new invoice is opened by its owner within this time."""

HAND_OFF_WINDOW = 900.0
"""Seconds after an SSO hand-off in which WHMCS may be changed behind our back, so that nothing is believed for long."""

RETURN_WINDOW = 120.0
"""The same, from the customer's return on: WHMCS finishes what it does after a payment."""


class Lifetimes(Struct, frozen=True):
    """Seconds, counted from the start of the fetch."""

    invoice_list: float
    invoice: float
    client: float
    records: float
    """Of subscriptions, transactions, credit, quotes and contacts."""
    payment_methods: float
    shared: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            invoice_list=settings.cache_ttl_invoice_list,
            invoice=settings.cache_ttl_invoice,
            # The address and the currency are printed on the invoice, so they live as long.
            client=settings.cache_ttl_invoice,
            # They tell the same story as the invoice list, so they must not be older.
            records=settings.cache_ttl_invoice_list,
            payment_methods=settings.cache_ttl_payment_methods,
            shared=settings.cache_ttl_gateways,
        )
