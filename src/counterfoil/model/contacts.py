"""Who else is written to about a client."""

from msgspec import Struct


class Contact(Struct, frozen=True):
    """Another person whom WHMCS writes to about this client."""

    id: int
    client_id: int
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
    phone: str
    emails: tuple[str, ...]
    """The kinds of e-mail that this person gets: general, invoice, product, domain, support, affiliate."""
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""
