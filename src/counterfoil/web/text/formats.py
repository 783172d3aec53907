"""How amounts, dates and numbers look in one language. Words are the catalogues' business."""

import re
from collections.abc import Iterable
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from counterfoil.model import Money, currency_digits

_MINUS = "\N{MINUS SIGN}"


class Formats:
    """Babel costs up to 50 us a value and pages repeat values, so results are remembered."""

    def __init__(self, locale: Locale, zone: ZoneInfo) -> None:
        self._locale = locale
        self._zone = zone
        self.money = lru_cache(4096)(self._money)
        self.date = lru_cache(4096)(self._date)

    def _money(self, money: Money) -> str:
        """In the currency's own digits, unless more of them carry value: those are never dropped."""
        return self._written(money, max(currency_digits(money.currency), -int(money.amount.as_tuple().exponent)))

    def _written(self, money: Money, digits: int) -> str:
        pattern = copy(self._locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        return format_currency(
            money.amount, money.currency, pattern, locale=self._locale, currency_digits=False
        ).replace("-", _MINUS)

    def axis_labels(self, amounts: Iterable[Money]) -> list[str]:
        """Without decimals unless one of them needs them; then all have the currency's."""
        labelled = list(amounts)
        are_whole = all(each.amount == each.amount.to_integral_value() for each in labelled)
        return [self._written(each, 0) if are_whole else self.money(each) for each in labelled]

    def money_forms(self, currencies: Iterable[str]) -> str:
        """How the browser writes amounts above 0, as JSON by currency. By itself it writes others (lists.js).

        `digits` are the fewest after the `point`, `group` stands between thousands.
        """
        return msgspec.json.encode({each: self._form(each) for each in sorted(set(currencies))}).decode()

    def _form(self, currency: str) -> dict[str, str | int]:
        digits = currency_digits(currency)
        whole = self._money(Money(Decimal(1234567), currency))
        more = self._money(Money(Decimal("1.5").quantize(Decimal(1).scaleb(-max(digits, 1))), currency))
        before, _, rest = whole.partition("1")
        point = more[len(before) + 1 : more.index("5")]
        return {
            "before": before,
            "after": re.sub(r"^.*[0-9]", "", rest),
            "group": rest.partition("2")[0],
            "point": point,
            "digits": digits,
        }

    def _date(self, day: date | None) -> str:
        return format_date(day, "medium", locale=self._locale) if day else "\N{EN DASH}"

    def month(self, day: date) -> str:
        """Short, as under a chart."""
        return format_date(day, "LLL", locale=self._locale)

    def month_of_year(self, day: date) -> str:
        return format_skeleton("yMMMM", day, locale=self._locale)

    def listed(self, words: Iterable[str]) -> str:
        """One after the other, as the language counts up."""
        return format_list(list(words), locale=self._locale)

    def time(self, moment: datetime) -> str:
        """Absolute and with its zone, for a page may be served later than it was made."""
        local = moment.astimezone(self._zone)
        return f"{self.date(local.date())} {local:%H:%M %Z}"

    def number(self, value: int | Decimal) -> str:
        return format_decimal(value, locale=self._locale)

    def negative(self, money: Money) -> Money:
        """What is taken off a total."""
        return Money(0 - money.amount, money.currency)

    def percent(self, value: Decimal) -> str:
        """`value` is in per cent: 8.5 is "8.5 %"."""
        return format_percent(value / 100, locale=self._locale, decimal_quantization=False)

    def country(self, code: str, otherwise: str = "") -> str:
        """By its ISO 3166 code, else as WHMCS calls it."""
        return self._locale.territories.get(code.upper()) or otherwise or code
