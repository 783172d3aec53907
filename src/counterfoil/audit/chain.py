"""How entries hang together: each carries the hash of itself and of the one before. No I/O.

What can be forgotten about a person (`personal`) is in the hash by a salted digest only: without value and salt the
digest says nothing, and the chain still holds.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

START = "0" * 64
"""What the first entry follows."""

_HASHED = ("action", "by", "account_id", "client_id", "details", "personal_digest")


def hash_of(previous: str, row: Mapping[str, Any]) -> str:
    """`row` has the columns of the table audit_entry."""
    at: datetime = row["at"]
    said = [previous, row["number"], at.isoformat(timespec="microseconds"), *(row[name] for name in _HASHED)]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


def digest_of(salt: str, personal: str) -> str:
    return hashlib.sha256(f"{salt} {personal}".encode()).hexdigest()
