"""The choice of a period: what the statement's form holds, what is wrong with it, and periods that many ask for."""

from datetime import date, timedelta

from msgspec import Struct

from counterfoil.web.text.catalogue import translatable


class PeriodForm(Struct, frozen=True):
    """`first` and `last` as they were typed. `errors`: field and message, a message id."""

    first: str
    last: str
    today: date
    errors: tuple[tuple[str, str], ...] = ()

    def message(self, field: str) -> str:
        return next((message for name, message in self.errors if name == field), "")

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Label, address, whether it is the current one."""
        return [
            (label, f"/statement?from={first}&to={last}", (self.first, self.last) == (str(first), str(last)))
            for label, first, last in usual_periods(self.today)
        ]


def usual_periods(today: date) -> tuple[tuple[str, date, date], ...]:
    """Label, first and last day; those that are over are whole."""
    month = today.replace(day=1)
    quarter = month.replace(month=today.month - (today.month - 1) % 3)
    year = date(today.year, 1, 1)
    return (
        (translatable("Last month"), _before(month, 1), month - timedelta(days=1)),
        (translatable("Last quarter"), _before(quarter, 3), quarter - timedelta(days=1)),
        (translatable("This year"), year, today),
        (translatable("Last year"), _before(year, 12), year - timedelta(days=1)),
    )


def _before(day: date, months: int) -> date:
    """The first of a month, so many months earlier."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
