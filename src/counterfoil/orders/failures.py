"""How a step of fulfilment ends when it does not succeed. An outage is neither: BillingUnavailable, CrmUnavailable."""

from counterfoil.errors import BillingUnavailable, Unavailable
from counterfoil.salesforce.failures import NoAccountSeen, NoPricesSeen
from counterfoil.stop_codes import StopCode


class Stop(Exception):
    """The order ends here, until somebody mends the cause. `salesforce_id`: it is known over there by now."""

    def __init__(self, code: StopCode, *, salesforce_id: str | None = None) -> None:
        super().__init__(code)
        self.code, self.salesforce_id = code, salesforce_id


class Later(Exception):
    """Nothing is wrong, but it is too early; `seconds` from now."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds, self.why = seconds, why


def given_up(error: Unavailable, *, is_placing: bool) -> StopCode | None:
    """What an outage of hours stops an order with; None: it waits on, since Salesforce being away harms nobody."""
    if isinstance(error, NoAccountSeen):
        return StopCode.CLIENT_NOT_MAPPED
    if isinstance(error, NoPricesSeen):
        return StopCode.PRODUCT_NOT_MAPPED
    if not isinstance(error, BillingUnavailable):
        return None
    return StopCode.BILLING_OUTCOME_UNKNOWN if is_placing else StopCode.BILLING_UNAVAILABLE
