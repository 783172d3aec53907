"""Saved cards and bank accounts."""

import datetime as dt

import msgspec


class PayMethod(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client_id: int
    type: str
    """CreditCard, RemoteCreditCard, BankAccount or RemoteBankAccount."""
    description: str
    gateway: str
    last_four: str = ""
    expiry: str = ""
    """MM/YY, good to the month's end."""
    card_type: str = ""
    bank_name: str = ""
    remote_token: str = ""
    updated_at: dt.datetime
    order: int = 0
    """The lowest is the default; the API does not tell which that is."""
