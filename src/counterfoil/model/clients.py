"""Whom invoices are addressed to."""

import re

from msgspec import Struct

from counterfoil.model.money import Money


class EmailPreferences(Struct, frozen=True):
    """Which kinds of e-mail a client gets, by WHMCS's names for them."""

    general: bool = True
    invoice: bool = True
    support: bool = True
    product: bool = True
    domain: bool = True
    affiliate: bool = True


def full_name(first: str, last: str) -> str:
    """Family name first where it is written in Han characters, Kana or Hangul."""
    return (f"{last} {first}" if _EASTERN.search(last) else f"{first} {last}").strip()


_EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Client(Struct, frozen=True):
    """A WHMCS client: whom invoices are addressed to."""

    id: int
    owner_user_id: int | None
    first_name: str
    last_name: str
    company_name: str
    email: str
    address1: str
    address2: str
    city: str
    state: str
    postcode: str
    country: str
    """ISO 3166 alpha-2."""
    country_name: str
    phone: str
    tax_id: str
    language: str
    currency: str
    credit: Money | None
    """None: WHMCS has something there that is no amount, so nothing may be summed with it."""
    status: str
    email_preferences: EmailPreferences | None = None
    """None: a WHMCS before 7.10, which has none."""
    is_excluded_from_autopay: bool | None = None
    """Whether WHMCS never charges a saved card by itself. None: it does not say."""
    is_tax_exempt: bool | None = None
    """Whether WHMCS puts no taxes on this client's invoices. None: it does not say."""
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""

    @property
    def is_closed(self) -> bool:
        """WHMCS takes neither orders nor payments of such a client; an Inactive one only has no services."""
        return self.status.casefold() == "closed"

    @property
    def name(self) -> str:
        """The company, or else the person."""
        return self.company_name or self.person

    @property
    def person(self) -> str:
        return full_name(self.first_name, self.last_name)
