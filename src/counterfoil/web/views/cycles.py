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
