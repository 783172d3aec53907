"""Dates as the pages write them in each language, and as people do. Pure; only for finding."""

import re
from datetime import date
from functools import cache

from babel import Locale

from counterfoil.billing.typed.cleaning import folded

_LANGUAGES = ("en_GB", "de", "fr", "es")
"""Those that write months as words. Japanese writes numbers."""

_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.\u5e74]([0-9]{1,2})[-/.\u6708]([0-9]{1,2})\u65e5?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.] ?([0-9]{1,2})[-/.] ?([0-9]{4})")


@cache
def _months() -> dict[str, int]:
    """By their names and abbreviations, without points."""
    found: dict[str, int] = {}
    for language in _LANGUAGES:
        for widths in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                found |= {folded(name).rstrip("."): number for number, name in widths.get(width, {}).items()}
    return {name: number for name, number in found.items() if not name.isdecimal()}


@cache
def _in_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    name = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    day, month, year = r"([0-9]{1,2})(?:\.|er)?", rf"({name})\.?", "([0-9]{4})"
    return (
        re.compile(rf"{day} (?:de )?{month},? (?:de )?{year}"),
        re.compile(rf"{month} {day},? {year}"),
    )


def date_at(text: str, start: int) -> tuple[date, int] | None:
    """The date that begins there, and where it ends. `text` as cleaning.folded writes it."""
    for pattern, order in _patterns():
        found = pattern.match(text, start)
        if found and not text[found.end() : found.end() + 1].isalnum() and (day := _date(*(found[at] for at in order))):
            return day, found.end()
    return None


def _patterns() -> tuple[tuple[re.Pattern[str], tuple[int, int, int]], ...]:
    day_month, month_day = _in_words()
    return (_YEAR_FIRST, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1)), (day_month, (3, 2, 1)), (month_day, (3, 1, 2))


def _date(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdecimal() else _months()[month]
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
