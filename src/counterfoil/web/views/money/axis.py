"""Where a chart's axis has its lines: at round amounts that are easily told apart, from 0 to just above the highest."""

from decimal import ROUND_CEILING, Decimal

from msgspec import Struct

from counterfoil.model import Money, currency_digits

_MOST_STEPS = 4
_FEWEST_STEPS = 2
_ROUND = tuple(map(Decimal, ("1", "2", "2.5", "5")))


class Tick(Struct, frozen=True):
    """`share` of the axis's length, in percent from its foot."""

    amount: Money
    share: int


def axis(highest: Money) -> tuple[Tick, ...]:
    """Three to five lines, the highest first, a step of 1, 2, 2.5 or 5 times a power of ten apart. Of nothing, or of
    less, only 0.
    """
    if highest.amount <= 0:
        return (Tick(Money.of("0", highest.currency), 0),)
    step = _step(highest.amount, Decimal(1).scaleb(-currency_digits(highest.currency)))
    count = max(_FEWEST_STEPS, int((highest.amount / step).to_integral_value(ROUND_CEILING)))
    return tuple(Tick(Money.of(step * at, highest.currency), round(100 * at / count)) for at in range(count, -1, -1))


def _step(highest: Decimal, unit: Decimal) -> Decimal:
    """The smallest that is enough, of those that can be paid in the currency."""
    power = max(unit, Decimal(1).scaleb((highest / _MOST_STEPS).adjusted()))
    steps = [each * power for each in (*_ROUND, Decimal(10)) if each * power % unit == 0]
    return next(each for each in steps if each * _MOST_STEPS >= highest)
