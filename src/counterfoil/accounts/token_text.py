"""How an access token is written, and read without asking anybody. Which one is whose: tokens.py.

    cf_<43 characters><6 characters>

256 random bits and the CRC-32 of their text, both in base 62 (0-9A-Za-z): scanners find a token that was published, and
tell it from other text. Only its SHA-256 is stored.
"""

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "cf_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECK = 43, 6
_TOKEN = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_RANDOM}}})([0-9A-Za-z]{{{_CHECK}}})")

LENGTH = len(PREFIX) + _RANDOM + _CHECK


def new_token() -> str:
    random = _base62(secrets.randbits(256), _RANDOM)
    return PREFIX + random + _checksum(random)


def key_of_token(text: str) -> str | None:
    """SHA-256, hexadecimal: its name in the database and in the cache. None for what is no token of anybody."""
    match = _TOKEN.fullmatch(text) if len(text) == LENGTH else None
    if match is None or _checksum(match[1]) != match[2]:
        return None
    return hashlib.sha256(text.encode()).hexdigest()


def holds_token(text: str) -> bool:
    """Whether one stands anywhere in it."""
    return PREFIX in text and any(_checksum(found[1]) == found[2] for found in _TOKEN.finditer(text))


def _checksum(random: str) -> str:
    return _base62(zlib.crc32(random.encode()), _CHECK)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
