"""Parsers of settings: each takes a non-empty text and raises ValueError with the rule that it breaks.

Those of URLs: addresses.py.
"""

import base64
import binascii
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from counterfoil.networks import Network, parse_networks
from counterfoil.settings.addresses import check_scheme, split_url
from counterfoil.settings.redis_url import SCHEMES, read_redis_url


def text(value: str) -> str:
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError("must be one of: " + ", ".join(choices))
        return value.lower()

    return parse


def number(low: float, high: float, kind: type[int] | type[float] = int) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            given = kind(value)
        except ValueError:
            given = low - 1
        if not low <= given <= high:
            raise ValueError(f"must be a number from {low} to {high}")
        return given

    return parse


def keys(value: str) -> tuple[bytes, ...]:
    given = tuple(part.strip().encode() for part in value.split(","))
    if any(len(key) < 32 for key in given):
        raise ValueError("each key needs at least 32 bytes, e.g. from: openssl rand -base64 48")
    return given


def webhook_secrets(value: str) -> tuple[bytes, ...]:
    secrets = []
    for part in value.split(","):
        try:
            secret = base64.b64decode(part.strip().removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if not part.strip().startswith("whsec_") or len(secret) < 24:
            raise ValueError("each must be whsec_ and the base64 of at least 24 bytes")
        secrets.append(secret)
    return tuple(secrets)


def networks(value: str) -> tuple[Network, ...]:
    try:
        return parse_networks(value)
    except ValueError:
        raise ValueError("must be IP addresses or networks, separated by commas") from None


def zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone name such as Europe/Berlin") from None


def cache_url(value: str) -> str:
    check_scheme(value, _MEMORY, *SCHEMES)
    if value.startswith(_MEMORY):
        split_url(value)
    else:
        read_redis_url(value)
    return value


_MEMORY = "memory://"


def colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour such as #0b6e4f")
    return value.lower()


def directory(value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise ValueError("must be an existing directory")
    return path


def private_key(value: str) -> str:
    if not value.startswith("-----BEGIN ") or "PRIVATE KEY-----" not in value:
        raise ValueError("must be a private key in PEM: -----BEGIN PRIVATE KEY-----, ...")
    return value


def whmcs_ids(value: str) -> frozenset[int]:
    ids = words(value)
    if not all(each.isascii() and each.isdecimal() and len(each) < 10 for each in ids):
        raise ValueError("must be WHMCS's numbers, separated by commas")
    return frozenset(int(each) for each in ids)


def names(value: str) -> tuple[tuple[str, str], ...]:
    pairs = tuple(tuple(word.split("=")) for word in words(value))
    if not all(len(pair) == 2 and all(re.fullmatch(r"\w+", name, re.ASCII) for name in pair) for pair in pairs):
        raise ValueError("must be pairs such as Activation_Status__c=Our_Status__c, separated by commas")
    return tuple((pair[0], pair[1]) for pair in pairs)


def namespace(value: str) -> str:
    """Of a Salesforce package; its rules are Salesforce's."""
    if not re.fullmatch(r"[A-Za-z](?:_?[A-Za-z0-9]){0,14}", value, re.ASCII):
        raise ValueError("must be a namespace such as acme: letters, digits and single underscores, at most 15")
    return value


def words(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


def listed(value: str) -> tuple[str, ...]:
    """Of names that may have spaces."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def flag(value: str) -> bool:
    return one_of("true", "false")(value) == "true"
