"""Amounts as anybody writes them, in whatever language. Pure; only for finding: nobody is charged what is read here."""

import re
from decimal import Decimal
from functools import cache

from babel import Locale

_SYMBOLS = "$\u00a2-\u00a5\u058f\u060b\u09f2\u09f3\u0e3f\u17db\u20a0-\u20cf\ufdfc"
_SYMBOL = re.compile(f"[^\\W\\d_]{{0,3}}[{_SYMBOLS}][^\\W\\d_]{{0,3}}")
"""With its letters: "US$", "R$", "$US"."""
_WORDS = frozenset({"\u5186", "kr", "z\u0142", "k\u010d", "ft", "lei"})
"""Currencies that are written as words."""

GROUPS = "[ .,']"
NUMBER = rf"[-+]?(?:[0-9]{{1,3}}(?:{GROUPS}[0-9]{{3}})+|[0-9]{{1,15}})(?:[.,][0-9]{{1,4}})?"


def without_currencies(text: str, known: frozenset[str]) -> tuple[str, bool]:
    """`text` as cleaning.folded writes it, and whether a currency stood beside a number in it. `known`: further codes,
    in lower case.
    """
    names = _names() | known
    plain = _SYMBOL.sub(" ", text)
    found = plain != text
    words = []
    tokens = [token for token in plain.split() if token not in {"-", "+"}]
    for place, token in enumerate(tokens):
        beside = tokens[max(0, place - 1) : place] + tokens[place + 1 : place + 2]
        if token in names and any(map(_is_number, beside)):
            found = True
            continue
        code = re.match(r"[-+]?([^\W\d_]+)", token)
        if code and code[1] in names and _is_number(token[code.end() :]):
            found, token = True, token[code.end() :]  # noqa: PLW2901 - the number of "BHD3.000"
        words.append(token)
    return " ".join(words), found


def _is_number(text: str) -> bool:
    return re.fullmatch(NUMBER, text) is not None


@cache
def _names() -> frozenset[str]:
    return frozenset(str(code).lower() for code in Locale.parse("en").currencies) | _WORDS


def amounts_of(written: str) -> frozenset[Decimal]:
    """What a NUMBER may mean, without its sign: "1.234" is 1234 in Germany and 1.234 in Britain."""
    plain = re.sub(r"[-+ ']", "", written)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return frozenset({Decimal(plain)})
    whole, fraction = re.split(r"[.,](?=[0-9]*$)", plain)
    grouped = Decimal(re.sub(r"[.,]", "", plain))
    decimal = Decimal(f"{re.sub(r'[.,]', '', whole)}.{fraction}")
    if len(set(marks)) > 1:
        return frozenset({decimal})
    if len(marks) > 1:
        return frozenset({grouped})
    return frozenset({decimal, grouped}) if len(fraction) == 3 else frozenset({decimal})
