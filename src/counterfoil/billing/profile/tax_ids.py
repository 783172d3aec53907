"""Tax ids: VAT numbers and their like, by each country's own rules. Nobody is asked whether one is in use."""

import re
from collections.abc import Iterator
from typing import Any

from stdnum import get_cc_module

_OTHER_NAMES = {"EL": "GR", "XI": "GB"}
"""Prefixes of VAT numbers that are not the country's code."""

_VAT = "vat"
_KINDS = {
    "AR": ("dni",),
    "AT": ("tin", "businessid"),
    "AU": ("acn", "tfn"),
    "BE": ("nn",),
    "BG": ("egn", "pnf"),
    "BR": ("cpf",),
    "CA": ("sin",),
    "CH": ("uid",),
    "CN": ("ric",),
    "CR": ("cpf", "cr"),
    "CZ": ("rc",),
    "DE": ("idnr",),
    "DK": ("cpr",),
    "DO": ("cedula",),
    "EC": ("ci",),
    "EE": ("ik", "registrikood"),
    "ES": ("cif", "dni", "nie"),
    "FI": ("hetu", "ytunnus"),
    "FR": ("siren", "siret", "nif"),
    "GB": ("utr",),
    "IE": ("pps",),
    "IL": ("idnr",),
    "IN": ("pan",),
    "IS": ("kennitala",),
    "IT": ("codicefiscale",),
    "KR": ("rrn",),
    "LT": ("asmens",),
    "MX": ("curp",),
    "NL": ("bsn",),
    "NO": ("orgnr", "fodselsnummer"),
    "PE": ("cui",),
    "PL": ("pesel", "regon"),
    "RO": ("cnp", "cui"),
    "RU": ("ogrn",),
    "SE": ("orgnr", "personnummer"),
    "SI": ("emso", "maticna"),
    "SK": ("rc",),
    "TH": ("pin", "tin"),
    "TR": ("tckimlik",),
}
"""What people and companies are taxed under beside a VAT number, by the library's names. Only kinds with a form or a
check digit that can be told wrong: a German Steuernummer has neither, and is known by its strokes."""

_STEUERNUMMER = re.compile(r"[0-9]{2,3}/[0-9]{3,4}/[0-9]{4,5}")
_QUALIFIED_INVOICE = re.compile(r"T[0-9]{13}")
"""Of Japan: T, and the company's number."""


def is_tax_id(text: str, country: str) -> bool:
    """By the rules of the country that it names, or else of the address's: people are registered abroad, too.

    `text` is clean (typed/cleaning.py). Where the library knows no rules, anything goes.
    """
    text = text.upper()
    if country == "DE" and _STEUERNUMMER.fullmatch(text):
        return True
    is_japanese = _QUALIFIED_INVOICE.fullmatch(re.sub("[- ]", "", text)) is not None
    prefix = re.match(r"[A-Z]{2}(?=.*[0-9])", text)
    named = ["JP"] if is_japanese else [_OTHER_NAMES.get(prefix[0], prefix[0])] if prefix else []
    known = [module for code in dict.fromkeys((*named, country)) for module in _modules(code)]
    number = text[1:] if is_japanese else text
    return not known or (text.isascii() and any(module.is_valid(number) for module in known))


def _modules(country: str) -> Iterator[Any]:
    """None for a country whose VAT numbers nobody knows."""
    vat = get_cc_module(country.lower(), _VAT)
    if vat is not None:
        yield vat
        yield from filter(None, (get_cc_module(country.lower(), kind) for kind in _KINDS.get(country, ())))
