"""What a billing cycle is called: of a subscription, of a product on offer, of an order."""

from counterfoil.model import BillingCycle
from counterfoil.web.text.catalogue import translatable

_CYCLES = {
    BillingCycle.FREE: translatable("Free"),
    BillingCycle.ONE_TIME: translatable("One-time payment"),
    BillingCycle.MONTHLY: translatable("Monthly"),
    BillingCycle.QUARTERLY: translatable("Quarterly"),
    BillingCycle.SEMIANNUALLY: translatable("Every six months"),
    BillingCycle.ANNUALLY: translatable("Yearly"),
    BillingCycle.BIENNIALLY: translatable("Every two years"),
    BillingCycle.TRIENNIALLY: translatable("Every three years"),
}


def cycle_words(billing_cycle: str) -> str:
    """A text of the catalogue; of a cycle that nobody knows its own name."""
    try:
        return _CYCLES[BillingCycle(billing_cycle)]
    except ValueError:
        return billing_cycle


_RENEWALS = {
    BillingCycle.FREE: translatable("It is free, and does not renew."),
    BillingCycle.ONE_TIME: translatable("It is paid once, and does not renew."),
    BillingCycle.MONTHLY: translatable("It renews by itself every month for %(amount)s, until you cancel it."),
    BillingCycle.QUARTERLY: translatable("It renews by itself every three months for %(amount)s, until you cancel it."),
    BillingCycle.SEMIANNUALLY: translatable(
        "It renews by itself every six months for %(amount)s, until you cancel it."
    ),
    BillingCycle.ANNUALLY: translatable("It renews by itself every year for %(amount)s, until you cancel it."),
    BillingCycle.BIENNIALLY: translatable("It renews by itself every two years for %(amount)s, until you cancel it."),
    BillingCycle.TRIENNIALLY: translatable(
        "It renews by itself every three years for %(amount)s, until you cancel it."
    ),
}


def renewal_words(billing_cycle: str) -> str:
    """What follows after the first payment; empty for a cycle that nobody knows."""
    try:
        return _RENEWALS[BillingCycle(billing_cycle)]
    except ValueError:
        return ""
