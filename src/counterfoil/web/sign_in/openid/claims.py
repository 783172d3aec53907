"""What is read from claims about a person. Whether they are proven: id_token.py."""

from collections.abc import Mapping
from typing import Any

LONGEST_EMAIL, LONGEST_NAME = 254, 200


def email_of(userinfo: Mapping[str, Any], claims: Mapping[str, Any], *, trusts_all: bool) -> tuple[str, bool]:
    """The address, and whether it is verified, both from one place. `trusts_all`: what is not said to be unverified."""
    for said in (userinfo, claims):
        email = said.get("email")
        if isinstance(email, str) and 0 < len(email) <= LONGEST_EMAIL:
            return email, _is_verified(said.get("email_verified"), trusts_all=trusts_all)
    return "", False


def _is_verified(said: object, *, trusts_all: bool) -> bool:
    # Several providers say it in words.
    return said is True or said == "true" or (trusts_all and said is None)


def name_of(said: Mapping[str, Any]) -> str:
    given, family = said.get("given_name"), said.get("family_name")
    parts = [said.get("name")] if said.get("name") else [given, family]
    return " ".join(part for part in parts if isinstance(part, str) and part)[:LONGEST_NAME]


def has_claim(said: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether the claim is `value`, or a list that holds it. `realm_access.roles` also means a claim within a claim."""
    found: object = said.get(name)
    if found is None and "." in name:
        found = said
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, bool):
        return value == ("true" if found else "false")
    if isinstance(found, list):
        return value in [each for each in found if isinstance(each, str)]
    return isinstance(found, str) and found == value
