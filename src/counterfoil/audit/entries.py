"""What an entry of the audit trail says. Names of fields and numbers; never a value, a link or a secret."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

Detail = str | int | list[str] | list[int]


class Action(StrEnum):
    """Permanent: exports and searches go by them. What each means, and its details: docs/audit.md."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    UNLOCKED = "unlocked"
    TOKEN_MADE = "token_made"  # noqa: S105 - the name of an action
    TOKEN_ENDED = "token_ended"  # noqa: S105 - the name of an action
    LINKED = "linked"
    UNLINKED = "unlinked"
    LINK_FORGOTTEN = "link_forgotten"
    IDENTITY_BOUND = "identity_bound"
    IDENTITY_RELEASED = "identity_released"
    STAFF_GRANTED = "staff_granted"
    STAFF_REVOKED = "staff_revoked"
    PERMISSIONS_CHANGED = "permissions_changed"
    HANDED_OFF = "handed_off"
    PROFILE_EDITED = "profile_edited"
    ORDER_MOVED = "order_moved"
    ORDER_RETRIED = "order_retried"
    STAFF_VIEW_BEGAN = "staff_view_began"
    STAFF_VIEW_ENDED = "staff_view_ended"
    PERSON_FORGOTTEN = "person_forgotten"
    PERSON_EXPORTED = "person_exported"
    HEAD_MISSING = "head_missing"


COMMAND_LINE, SELF, WHMCS, SALESFORCE, PORTAL = "command line", "self", "WHMCS", "Salesforce", "portal"


def staff(account_id: int) -> str:
    """`by`, of what somebody did for or to somebody else in the staff console."""
    return f"staff {account_id}"


class Entry(Struct, frozen=True):
    """Something that happened.

    `account_id` and `client_id`: whom it is about. `by`: SELF, `staff(...)`, COMMAND_LINE, WHMCS, SALESFORCE, PORTAL.
    """

    action: Action
    by: str = SELF
    account_id: int | None = None
    client_id: int | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)
    address: str = ""
    """The caller's network address."""
    reason: str = ""
    """In somebody's own words. Like the address, it can be forgotten without breaking the chain."""
    email: str = ""
    """As accounts.emails writes it; only to find `account_id` by, where that is not known. Not stored."""


class RecordedEntry(Struct, frozen=True):
    """An entry as it is on record. `number` counts from 1 without gaps; `at` may go back where a clock did."""

    number: int
    at: datetime
    action: str
    by: str
    account_id: int | None
    client_id: int | None
    details: dict[str, Detail]
    address: str
    reason: str
    hash: str
