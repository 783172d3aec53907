"""Every error that a person, an API caller or Salesforce can see. What went wrong inside stays in the log.

CounterfoilError
  Refused                     the caller can mend it; never retried by us
    NotSignedIn                 401 not_signed_in
    SignInFailed                401 sign_in_failed
    TwoFactorRequired           403 two_factor_required
    FreshSignInRequired         403 fresh_sign_in_required
    CrossSiteRequest            403 cross_site_request
    PermissionDenied            403 permission_denied
    AccountClosed               403 account_closed
    NotFound                    404 not_found
      InvoiceNotFound           404 invoice_not_found
      OrderNotFound             404 order_not_found
      ClientNotFound            404 client_not_found
    InvoiceNotPayable           409 invoice_not_payable
    PaymentMethodMissing        409 payment_method_missing
    OrderLimitReached           409 order_limit_reached
      OrderAmountReached
    OrderNotRetryable           409 order_not_retryable
    ProfileConflict             409 profile_conflict
    AccountChanged              409 account_changed
    ValidationFailed            422 validation_failed, with the fields
    IdempotencyKeyReused        422 idempotency_key_reused
      SeveralCurrencies, NoInvoiceChosen, TooManyOpenInvoices, StatementTooLong
    RateLimited                 429 rate_limited, with the wait
  Unavailable                 nobody can mend it by changing the request; worth another try later
    BillingUnavailable          503 billing_unavailable
      RecordUnreadable, BillingTooOld
      OutcomeUnknown            503 billing_unavailable, and "outcome": "unknown"
    CrmUnavailable              503 crm_unavailable
    TemporarilyUnavailable      503 temporarily_unavailable: our own database or cache cannot do it now
StopCode                      why an order stopped: on its page, in the API, and in Salesforce

Codes are permanent: other programs branch on them. `detail` is an English message id of the catalogue.
"""

from typing import ClassVar


class CounterfoilError(Exception):
    """Base of the tree. `code`, `status` and `detail` are what leaves the portal; `args` is for the log."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    detail: ClassVar[str]


class Refused(CounterfoilError):
    """The request cannot be carried out as it is."""


class NotSignedIn(Refused):
    code, status = "not_signed_in", 401
    title, detail = "Not signed in", "Please sign in."


class SignInFailed(Refused):
    code, status = "sign_in_failed", 401
    title, detail = "Sign-in failed", "The e-mail address or the password is wrong."


class TwoFactorRequired(Refused):
    code, status = "two_factor_required", 403
    title = "Two-factor sign-in required"
    detail = "Your account uses two-factor authentication. Please sign in on the billing site."


class FreshSignInRequired(Refused):
    """Signed in, but too long ago for this."""

    code, status = "fresh_sign_in_required", 403
    title = "Fresh sign-in required"
    detail = "To change the e-mail address, please confirm that it is you."


class CrossSiteRequest(Refused):
    code, status = "cross_site_request", 403
    title, detail = "Cross-site request", "This request came from another site and was refused."


class PermissionDenied(Refused):
    code, status = "permission_denied", 403
    title = "Permission denied"
    detail = "You do not have the permission to see this for the selected account."


class AccountClosed(Refused):
    """WHMCS has no such client any more, or it is Closed: never an empty list, and no outage."""

    code, status = "account_closed", 403
    title, detail = "Account closed", "This account was closed, so there is nothing to see or pay here any more."


class NotFound(Refused):
    code, status = "not_found", 404
    title, detail = "Not found", "There is nothing here."


class InvoiceNotFound(NotFound):
    """Does not exist, is somebody else's, or is a draft: the caller must not learn which."""

    code = "invoice_not_found"
    title, detail = "Invoice not found", "Invoice not found."


class OrderNotFound(NotFound):
    code = "order_not_found"
    title, detail = "Order not found", "Order not found."


class ClientNotFound(NotFound):
    code = "client_not_found"
    title, detail = "Account not found", "Account not found."


class InvoiceNotPayable(Refused):
    code, status = "invoice_not_payable", 409
    title, detail = "Invoice not payable", "There is nothing to pay on this invoice."


class PaymentMethodMissing(Refused):
    code, status = "payment_method_missing", 409
    title, detail = "Payment method missing", "Add a payment method before you order."


class OrderLimitReached(Refused):
    """By this person or for this client: how many, and of what value, the operator says (ORDER_LIMIT)."""

    code, status = "order_limit_reached", 409
    title = "Order limit reached"
    detail = "No more orders can be placed today. Please try again tomorrow, or contact us."


class OrderAmountReached(OrderLimitReached):
    detail = "Together with the other orders of the last 24 hours this is too much. Order less, or contact us."


class OrderNotRetryable(Refused):
    code, status = "order_not_retryable", 409
    title, detail = "Order cannot be tried again", "This order cannot be tried again."


class ProfileConflict(Refused):
    code, status = "profile_conflict", 409
    title, detail = "Changed meanwhile", "Your details were changed elsewhere in the meantime."


class AccountChanged(Refused):
    """`person` and `client` are the names that the page was made for, as far as it says."""

    code, status = "account_changed", 409
    title = "Another account"
    detail = "This was begun for another account, or on a page that is out of date. Nothing was changed."

    def __init__(self, person: str = "", client: str = "") -> None:
        super().__init__()
        self.person, self.client = person, client


class ValidationFailed(Refused):
    """`errors` holds (field, message) pairs; messages are message ids of the catalogue, with `names` to be put in."""

    code, status = "validation_failed", 422
    title, detail = "Validation failed", "Please correct the marked fields."

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__(*errors)
        self.errors = errors
        self.names: dict[str, str] = {}


class SeveralCurrencies(ValidationFailed):
    title = "Several currencies"
    detail = "These invoices are in different currencies. Pay each currency separately."


class NoInvoiceChosen(ValidationFailed):
    """Of people, whose form has no field to point at."""

    detail = "Select at least one invoice."


class TooManyOpenInvoices(ValidationFailed):
    title, detail = "Too many open invoices", "Too many open invoices for one file. Choose a shorter period."


class StatementTooLong(ValidationFailed):
    title, detail = "Statement too long", "This period has too many entries for one statement. Choose a shorter one."


class IdempotencyKeyReused(Refused):
    """The same key came with another order: which of the two is meant cannot be told."""

    code, status = "idempotency_key_reused", 422
    title, detail = "Key already used", "This key was already used for another order."


class RateLimited(Refused):
    """`retry_after` is whole seconds, at least 1."""

    code, status = "rate_limited", 429
    title, detail = "Too many requests", "Too many requests. Please wait a moment."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = max(1, retry_after)


class Unavailable(CounterfoilError):
    """A neighbour did not do its part. `retry_after`: whole seconds. `first`: the request that met it first."""

    status = 503
    retry_after = 5
    first = ""


class BillingUnavailable(Unavailable):
    """WHMCS did not give a whole, valid answer in time. Never partial data, never a false "nothing owed"."""

    code, title = "billing_unavailable", "Billing system unavailable"
    detail = "The billing system is unavailable. Please try again."


class BillingTooOld(BillingUnavailable):
    """WHMCS does not tell people apart: before version 8 it names a client, whoever of it signed in."""

    detail = "Nobody can sign in here: the billing system is too old for this portal. Please contact us."


class RecordUnreadable(BillingUnavailable):
    """WHMCS answers, but not with a record that can be understood. No outage: docs/money.md says who goes on."""


class OutcomeUnknown(BillingUnavailable):
    """A write was sent, and no whole answer came: WHMCS may have carried it out, or may yet. Never sent again by us."""

    title = "Not known whether saved"
    detail = "We do not know whether this was saved. Please look at what is stored now before you try again."


class CrmUnavailable(Unavailable):
    code, title = "crm_unavailable", "Order system unavailable"
    detail = "The order system is unavailable. Please try again."


class TemporarilyUnavailable(Unavailable):
    code, title = "temporarily_unavailable", "Temporarily unavailable"
    detail = "This cannot be done at the moment. Please try again."
