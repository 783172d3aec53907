"""Why orders stop: the codes that Salesforce gets, and the words for the customer. Errors of requests: errors.py."""

from enum import StrEnum


class StopCode(StrEnum):
    """Why an order stopped. Written to Salesforce as it stands; docs/orders.md says what to do about each."""

    PAYMENT_METHOD_MISSING = "PAYMENT_METHOD_MISSING"
    CLIENT_NOT_MAPPED = "CLIENT_NOT_MAPPED"
    PRODUCT_NOT_MAPPED = "PRODUCT_NOT_MAPPED"
    CURRENCY_NOT_MAPPED = "CURRENCY_NOT_MAPPED"
    """Salesforce has no price in the currency of the WHMCS client, or the order there is in another one."""
    QUANTITY_NOT_ALLOWED = "QUANTITY_NOT_ALLOWED"
    """A line of sales staff that WHMCS cannot carry whole: half of one, none, less than none, or too many."""
    BILLING_UNAVAILABLE = "BILLING_UNAVAILABLE"
    """Only after retries over hours; until then the order goes on."""
    BILLING_REJECTED = "BILLING_REJECTED"
    BILLING_OUTCOME_UNKNOWN = "BILLING_OUTCOME_UNKNOWN"
    """WHMCS did not say whether the order was placed, and a look could not tell: a person decides."""
    ORDER_CHANGED = "ORDER_CHANGED"
    INTERNAL = "INTERNAL"

    @property
    def words(self) -> str:
        """What the customer is told, on the order's page and in the API; an English message id of the catalogue.
        Salesforce gets the same sentence in English. Staff need no words of their own: they see the code beside it,
        and docs/orders.md says what to do about each.
        """
        return _STOPPED[self]


_STOPPED = {
    StopCode.PAYMENT_METHOD_MISSING: "There is no usable payment method. Add one, then try again.",
    StopCode.CLIENT_NOT_MAPPED: "This order could not be matched to your billing account. Please contact us.",
    StopCode.PRODUCT_NOT_MAPPED: "What was ordered could not be matched to our products. Please contact us.",
    StopCode.CURRENCY_NOT_MAPPED: "This order is not in the currency of your billing account. Please contact us.",
    StopCode.QUANTITY_NOT_ALLOWED: "This order has a quantity that we cannot deliver. Please contact us.",
    StopCode.BILLING_UNAVAILABLE: "The billing system was unavailable for too long. Please try again.",
    StopCode.BILLING_REJECTED: "The billing system did not take this order. Please contact us.",
    StopCode.BILLING_OUTCOME_UNKNOWN: "We are checking whether this order was placed. Please do not order it again; "
    "we will contact you.",
    StopCode.ORDER_CHANGED: "The order or its price changed after it was placed. Please order again.",
    StopCode.INTERNAL: "Something went wrong on our side. Please try again, or contact us.",
}
