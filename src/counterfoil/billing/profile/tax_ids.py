"""Tax ids: VAT numbers and their like, by each country's own rules. Nobody is asked whether one is in use."""

import re

from stdnum import get_cc_module

_OTHER_NAMES = {"EL": "GR", "XI": "GB"}
"""Prefixes of VAT numbers that are not the country's code."""


def is_tax_id(text: str, country: str) -> bool:
    """By the rules of the country that it names, or else of the address's: people are registered abroad, too.

    Where the library knows no rules, anything goes.
    """
    prefix = re.match(r"[A-Z]{2}(?=.*[0-9])", text.upper())
    named = [_OTHER_NAMES.get(prefix[0], prefix[0])] if prefix else []
    modules = [get_cc_module(code.lower(), "vat") for code in (*named, country)]
    known = [module for module in modules if module is not None]
    return not known or (text.isascii() and any(module.is_valid(text) for module in known))
