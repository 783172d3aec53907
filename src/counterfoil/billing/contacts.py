"""The other people whom WHMCS writes to about a client."""

from typing import Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.client_reader import ClientReader
from counterfoil.billing.reading import Reading, reading_of
from counterfoil.cache import Part
from counterfoil.model import Client, Contact, full_name

_contacts = msgspec.json.Decoder(tuple[Contact, ...])


class ContactItem(Struct, frozen=True):
    id: int
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
    phone: str
    emails: tuple[str, ...]
    """The kinds of e-mail that this person gets."""
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read. They are empty, or lack it."""

    @property
    def name(self) -> str:
        return full_name(self.first_name, self.last_name) or self.company_name or self.email or f"#{self.id}"


class _ContactSource(Protocol):
    async def get_contacts(self, client_id: int) -> tuple[Contact, ...]: ...


class Contacts:
    def __init__(self, source: _ContactSource, reader: ClientReader) -> None:
        self._source = source
        self._reader = reader

    def part(self, client_id: int) -> Part:
        return self._reader.part("contacts", client_id, lambda: self._source.get_contacts(client_id))

    async def read(self, client_id: int) -> tuple[Reading[tuple[ContactItem, ...]], Client]:
        """All of them, by name. Raises BillingUnavailable."""
        value, client, snapshot = await self._reader.read(client_id, self.part(client_id))
        shown = (_shown(contact) for contact in _contacts.decode(value))
        return reading_of(tuple(sorted(shown, key=lambda each: (each.name.casefold(), each.id))), snapshot), client


def _shown(contact: Contact) -> ContactItem:
    return ContactItem(
        id=contact.id,
        first_name=contact.first_name,
        last_name=contact.last_name,
        company_name=contact.company_name,
        email=contact.email,
        address1=contact.address1,
        address2=contact.address2,
        city=contact.city,
        state=contact.state,
        postcode=contact.postcode,
        country=contact.country,
        phone=contact.phone,
        emails=contact.emails,
        unreadable=contact.unreadable,
    )
