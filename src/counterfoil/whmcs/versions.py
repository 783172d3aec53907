"""Which versions of WHMCS the portal works with, and why."""

import re

OLDEST = (8, 0)
"""Before, whoever signs in is told the number of a client, and a contact of it the same: both would be one person."""


def number(version: str) -> tuple[int, int] | None:
    """E.g. (8, 13) of "8.13.1-release.1"; None when it is none."""
    digits = re.match(r"(\d{1,4})\.(\d{1,4})", version)
    return (int(digits[1]), int(digits[2])) if digits else None


def is_too_old(version: str) -> bool:
    """False also for what cannot be read: it may be newer."""
    known = number(version)
    return known is not None and known < OLDEST
