"""Clients, users and permissions as WHMCS sends them -> model, field by field: what is not named here is dropped."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import fields

from counterfoil.model import Client, EmailPreferences, Membership, Money, User
from counterfoil.whmcs.results import Login
from counterfoil.whmcs.wire.unread import Unread, UnreadRow
from counterfoil.whmcs.wire.values import (
    Row,
    Untrustworthy,
    amount,
    currency_code,
    each,
    identifier,
    optional_identifier,
    rows,
    switch,
    text,
)


def login(answer: Row) -> Login:
    # Not said at all: a password hash is only given to users without two-factor.
    is_told = answer.get("twoFactorEnabled") is not None
    two_factor = switch(answer, "twoFactorEnabled") if is_told else not text(answer, "passwordhash")
    names_contact = optional_identifier(answer, "contactid") is not None
    return Login(identifier(answer, "userid"), two_factor, names_contact)


def users(answer: Row) -> tuple[User, ...]:
    return each(rows(answer, "users", "user"), _user)


def _user(row: Row) -> User:
    return User(
        id=identifier(row, "id"),
        email=text(row, "email"),
        first_name=text(row, "firstname"),
        last_name=text(row, "lastname"),
        memberships=tuple(
            Membership(identifier(client, "id"), switch(client, "isOwner")) for client in rows(row, "clients", "client")
        ),
    )


def permissions(answer: Row) -> frozenset[str]:
    """The vendor documents no shape: a list, {"permission": [...]}, "a,b", or {"a": true} are read; nothing is none."""
    return frozenset(name for name in _names(answer.get("permissions")) if name)


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        return [name.strip().lower() for name in value.split(",")]
    if isinstance(value, list):
        if not all(isinstance(name, str) for name in value):
            raise Untrustworthy("permissions is no list of names")
        return [name.strip().lower() for name in value]
    if isinstance(value, dict):
        return _named(value)
    if value in (None, False):
        return []
    raise Untrustworthy("permissions is no list of names")


def _named(value: dict[str, Any]) -> list[str]:
    if "permission" in value:
        return _names(value["permission"])
    if all(key.isdecimal() for key in value):
        return _names(list(value.values()))
    return [name.strip().lower() for name in value if switch(value, name)]


def client(answer: Row, client_id: int) -> Client:
    """From `client`; the same fields at the top level are deprecated."""
    row = answer.get("client")
    if not isinstance(row, dict):
        raise Untrustworthy("client is missing")
    if identifier(row, "id", "client_id", "userid") != client_id:
        raise Untrustworthy("another client than asked for")
    currency = currency_code(row, "currency_code")
    unread = Unread("client")
    known = unread.row(row, client_id)
    credit = known.get("credit", "credit", amount)
    preferences = known.get("email_preferences", "email_preferences", lambda row, _: _email_preferences(row))
    excluded = known.get("is_excluded_from_autopay", "disableautocc", _switch_if_said)
    exempt = known.get("is_tax_exempt", "taxexempt", _switch_if_said)
    texts = _texts(known)
    unread.warn()
    return Client(
        id=client_id,
        owner_user_id=optional_identifier(row, "owner_user_id"),
        **texts,
        currency=currency,
        credit=None if credit is None else Money.of(credit, currency),
        # A closed account is told by it.
        status=text(row, "status"),
        email_preferences=preferences,
        is_excluded_from_autopay=excluded,
        is_tax_exempt=exempt,
        unreadable=known.names,
    )


def _switch_if_said(row: Row, key: str) -> bool | None:
    return None if row.get(key) is None else switch(row, key)


_TEXTS: dict[str, Callable[[Row, str], str]] = {
    **dict.fromkeys(("email", "address1", "address2", "city", "postcode", "tax_id", "language"), text),
    "state": lambda row, _: _first(row, "state", "fullstate"),
    "country": lambda row, _: _first(row, "country", "countrycode"),
    "phone": lambda row, _: _phone(row),
}
_NAMES = {
    "first_name": "firstname",
    "last_name": "lastname",
    "company_name": "companyname",
    "country_name": "countryname",
}


def _texts(known: UnreadRow) -> dict[str, str]:
    found = {name: known.get(name, name, read) or "" for name, read in _TEXTS.items()}
    return found | {name: known.text(name, key) for name, key in _NAMES.items()}


def _first(row: Row, key: str, other: str) -> str:
    """`other` only speaks where WHMCS does not know `key`: what is empty has been emptied."""
    return text(row, key if row.get(key) is not None else other)


def _phone(row: Row) -> str:
    """With the country's code, which the formatted spelling adds to what is stored; a spelling of another number, such
    as one that lags behind a write, or of none ("+44."), says nothing.
    """
    stored, formatted = text(row, "phonenumber"), text(row, "phonenumberformatted")
    national = re.sub(r"[^0-9]", "", stored).lstrip("0")
    is_the_same = bool(national) and re.sub(r"[^0-9]", "", formatted).endswith(national)
    return formatted if is_the_same and not stored.startswith("+") else stored


def _email_preferences(row: Row) -> EmailPreferences | None:
    given = row.get("email_preferences")
    if not isinstance(given, dict):
        return None
    return EmailPreferences(*(switch(given, kind.name, default=True) for kind in fields(EmailPreferences)))


_PARAMETERS = {
    **{name: name for name in ("email", "address1", "address2", "city", "state", "postcode", "country")},
    "first_name": "firstname",
    "last_name": "lastname",
    "company_name": "companyname",
    "phone": "phonenumber",
    "tax_id": "tax_id",
    "language": "language",
}


def client_changes(texts: Mapping[str, str], preferences: Mapping[str, bool]) -> dict[str, str | int]:
    """UpdateClient's parameters. `texts` by the names of model.Client, which are the only ones that may be changed."""
    changes: dict[str, str | int] = {_PARAMETERS[name]: value for name, value in texts.items()}
    return changes | {f"email_preferences[{kind}]": int(wanted) for kind, wanted in preferences.items()}


def is_about(answer: Row, client_id: int) -> bool:
    """Whether UpdateClient names this client. Saying nothing is no contradiction."""
    try:
        return optional_identifier(answer, "clientid") in (None, client_id)
    except Untrustworthy:
        return False
