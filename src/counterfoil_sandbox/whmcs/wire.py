"""How WHMCS words values: escaped text, money as text, zero dates. The same whatever the action."""

import html
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .records import Client, Currency, Invoice

NO_DATE = "0000-00-00"
NO_TIME = "0000-00-00 00:00:00"

COUNTRIES = {
    "GB": "United Kingdom",
    "DE": "Germany",
    "JP": "Japan",
    "FR": "France",
    "IE": "Ireland",
    "NG": "Nigeria",
    "NL": "Netherlands",
    "ES": "Spain",
    "US": "United States",
}


def text(value: str) -> str:
    """As PHP's htmlspecialchars(ENT_QUOTES) stores it."""
    return html.escape(value, quote=True).replace("&#x27;", "&#039;")


def money(amount: Decimal) -> str:
    """Two decimals whatever the currency: WHMCS's columns are decimal(16,2), also for JPY."""
    return f"{amount:.2f}"


def rate(value: Decimal) -> str:
    return f"{value:.3f}"


def day(value: date | None) -> str:
    return value.isoformat() if value else NO_DATE


def moment(value: datetime | None) -> str:
    return value.isoformat(" ", "seconds") if value else NO_TIME


def formatted(amount: Decimal, currency: Currency) -> str:
    """For people, e.g. "$2645.80 USD"."""
    size = abs(amount)
    shown = {
        1: f"{size:.2f}",
        2: f"{size:,.2f}",
        3: f"{size:,.2f}".translate(str.maketrans(",.", ".,")),
        4: f"{size:,.0f}",
    }[currency.format]
    return f"{'-' if amount < 0 else ''}{currency.prefix}{shown}{currency.suffix}"


def total(invoice: Invoice, *, before_credit: bool) -> str:
    """`before_credit`: as from WHMCS 9 on; until 8.x the credit is taken off."""
    amount = invoice.subtotal + invoice.tax + invoice.tax2
    return money(amount if before_credit else amount - invoice.credit)


def full_name(client: Client) -> str:
    return f"{client.firstname} {client.lastname}".strip()


def encode(answer: Any) -> bytes:
    """As PHP's json_encode does: ASCII only, slashes escaped."""
    return json.dumps(answer, separators=(",", ":")).replace("/", "\\/").encode()


# How PHP reads what it is sent.


def integer(value: str | None) -> int:
    """PHP's (int) cast: leading digits, else 0."""
    stripped = (value or "").strip()
    digits = stripped.removeprefix("-")
    length = next((at for at, sign in enumerate(digits) if not sign.isascii() or not sign.isdigit()), len(digits))
    number = int(digits[:18][:length] or "0")
    return -number if stripped.startswith("-") else number


def truth(value: str | None) -> bool:
    """PHP's idea of it: "false" is true, which is why booleans are best sent as 1 and 0."""
    return value not in {None, "", "0"}
