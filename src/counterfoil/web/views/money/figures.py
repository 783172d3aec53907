"""Words for what a client owes, part by part: the head of the list, home and the statement. The sums: billing/."""

from collections.abc import Iterator

from msgspec import Struct

from counterfoil.billing.invoices.open_amounts import OpenAmounts
from counterfoil.model import Money
from counterfoil.web.text.catalogue import translatable


class Figure(Struct, frozen=True):
    """`label` is a text of the catalogue. `amount` None: WHMCS has something there that is no amount."""

    label: str
    amount: Money | None
    tone: str = ""


def open_parts(open_: OpenAmounts) -> Iterator[Figure]:
    """What stands beside the amount to pay, if there is any of it, and what all of it comes to."""
    beside = [
        Figure(translatable("Being processed"), open_.processing),
        Figure(translatable("With collections"), open_.collections),
        _other(open_.other),
        Figure(translatable("Less credit"), open_.credit),
    ]
    shown = [each for each in beside if each.amount is None or each.amount.amount]
    yield from shown
    if shown and open_.owed is not None:
        yield in_all(open_.owed)


def in_all(owed: Money) -> Figure:
    if owed.amount < 0:
        return Figure(translatable("In your favour in all"), Money.of(-owed.amount, owed.currency), "all")
    return Figure(translatable("You owe in all"), owed, "all")


def _other(other: Money) -> Figure:
    label = translatable("Invoices in your favour") if other.amount < 0 else translatable("Other open invoices")
    return Figure(label, other)
