"""How a step of fulfilment ends when it does not succeed. An outage is neither: BillingUnavailable, CrmUnavailable."""

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
