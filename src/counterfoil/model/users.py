"""Who can sign in, and for whom. Not clients."""

from msgspec import Struct


class Membership(Struct, frozen=True):
    """One client account that a WHMCS user owns or was invited to."""

    client_id: int
    is_owner: bool


class User(Struct, frozen=True):
    """A WHMCS user: a person who can sign in. Not a client."""

    id: int
    email: str
    first_name: str
    last_name: str
    memberships: tuple[Membership, ...]
