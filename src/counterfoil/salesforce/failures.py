"""What Salesforce's refusals mean, and what an operator can do. Its `message` is never carried: it may echo values."""

from typing import NamedTuple

from counterfoil.errors import CrmUnavailable


class Kind(NamedTuple):
    hint: str
    again: bool = False
    """Worth another try, a moment later."""
    later: bool = False
    """Passes by itself or by an operator's hand, in minutes or hours: no record is to blame."""


DEPLOY = "deploy deploy/salesforce and assign its permission set"

KINDS = {
    "INVALID_SESSION_ID": Kind(
        "the token is refused right after sign-in: check the app's scope (api), its IP and session policies, "
        "and that the user has the permission API Enabled"
    ),
    "UNABLE_TO_LOCK_ROW": Kind("somebody else is writing this record", again=True),
    "QUERY_TIMEOUT": Kind("Salesforce was too slow to answer the query", again=True),
    "SERVER_UNAVAILABLE": Kind("Salesforce is too busy", again=True),
    "REQUEST_LIMIT_EXCEEDED": Kind("too many calls at once", again=True),
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": Kind("Salesforce is read-only for maintenance", later=True),
    "ENTITY_IS_LOCKED": Kind("an approval process of this org holds the record until it has ended", later=True),
    "DAY_IS_SPENT": Kind("the day's API requests are used up: see Setup, Company Information, API Requests"),
    "SHARE_IS_SPENT": Kind("the portal has used its share of the day's API requests: see SALESFORCE_DAILY_SHARE"),
    "HTTP_410": Kind("this version of Salesforce's API was retired: update the portal", later=True),
    "API_DISABLED_FOR_ORG": Kind("this edition has no API, or it is switched off", later=True),
    "API_CURRENTLY_DISABLED": Kind("the org's API is switched off for now", later=True),
    "NOT_VISIBLE": Kind("sharing hides the record from the integration user, or it never was there"),
    "NOT_FOUND": Kind("there is no such record for the integration user: check sharing"),
    "NO_EXTERNAL_ID": Kind(f"Portal_Order_ID__c is no external id, or not visible: {DEPLOY}"),
    "ENTITY_IS_DELETED": Kind("the record was deleted"),
    "INVALID_FIELD": Kind(f"a field is missing or not visible: {DEPLOY}"),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Kind(f"a field may not be written by the integration user: {DEPLOY}"),
    "REQUIRED_FIELD_MISSING": Kind("this org requires a field that the portal does not set"),
    "STRING_TOO_LONG": Kind("a text is longer than its field here"),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Kind(
        "a picklist lacks a value: Activation_Status__c, its record type, or SALESFORCE_DRAFT_STATUS"
    ),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Kind("a validation rule of this org refuses it"),
    "FIELD_INTEGRITY_EXCEPTION": Kind("price book, currency and lines of the order do not belong together"),
    "DUPLICATE_VALUE": Kind("another record has this unique value"),
    "CANNOT_EXECUTE_FLOW_TRIGGER": Kind("a flow of this org failed"),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Kind("a trigger of this org failed"),
    "FAILED_ACTIVATION": Kind("the order is activated: the integration user needs Edit Activated Orders"),
    "INSUFFICIENT_ACCESS": Kind("the integration user lacks a permission: assign the permission set"),
    "INSUFFICIENT_ACCESS_OR_READONLY": Kind(
        "the record may not be edited by the integration user: Edit Activated Orders, or sharing"
    ),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": Kind(
        "a record that this one names may not be used by the integration user: check sharing of account and price book"
    ),
    "INVALID_CROSS_REFERENCE_KEY": Kind("a record that this one names is gone or hidden: account, price book, product"),
    "INVALID_TYPE": Kind("an object is not visible to the integration user: enable Orders, assign the permission set"),
    "DUPLICATES_DETECTED": Kind("a duplicate rule of this org refuses it"),
    "STORAGE_LIMIT_EXCEEDED": Kind("the org's storage is full"),
    "AMBIGUOUS": Kind("several records have the same external id"),
    "invalid_client_id": Kind("check SALESFORCE_CLIENT_ID"),
}

OTHER = Kind("see Salesforce's own logs for this time")

_INSIDE = (
    *("UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"),
    "ENTITY_IS_LOCKED",
)
"""What passes, also when a trigger or a flow failed of it and wrapped it into an error of its own."""

_SIGN_IN = (
    ("approved", "approve the app for the integration user: pre-authorise its profile or permission set"),
    ("audience", "SALESFORCE_URL is for another kind of org: login.salesforce.com, test.salesforce.com or its own"),
    ("expired", "this machine's clock is wrong, or the certificate of the app has expired"),
    ("assertion", "the private key does not fit the certificate of the app, or this machine's clock is wrong"),
    ("ip restricted", "allow this machine's address: the profile's login IP ranges, or relax them in the app"),
    ("inactive", "the integration user or the org is inactive"),
    ("licen", "the integration user's licence does not allow this: Salesforce Integration, API Only"),
    ("rate", "too many sign-ins in a short time"),
)


class CrmRefused(Exception):
    """Salesforce will not do it, however often it is asked: a person must look. `reason` is its error code;
    `salesforce_id` the order that was being made, when it exists by now.
    """

    def __init__(self, reason: str, *, salesforce_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.salesforce_id = reason, salesforce_id
        self.hint = KINDS.get(reason, OTHER).hint

    @property
    def is_gone(self) -> bool:
        """Salesforce says so itself. A record that is merely not found may be hidden by sharing."""
        return self.reason == "ENTITY_IS_DELETED"


class CrmNotVisible(CrmUnavailable):
    """A record that should be there is not shown to us, and was not deleted: that passes, or a person mends it."""

    note = "not visible in Salesforce: check sharing"
    """For staff."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind, "NOT_VISIBLE")


class NoPricesSeen(CrmNotVisible):
    """The price book shows us nothing at all: it is hidden, or SALESFORCE_PRICE_BOOK names none."""

    note = "the price book shows no prices in Salesforce: share it with the integration user, or check its name"

    def __init__(self) -> None:
        super().__init__("price book")


class NoAccountSeen(CrmNotVisible):
    """No account that we see names the client. It may be hidden, or nobody has filled its number in yet."""

    note = "no account that is visible in Salesforce has this WHMCS_Client_ID__c: check sharing, or fill it in"

    def __init__(self) -> None:
        super().__init__("account")


def meaning(status: int, code: str, message: str) -> str:
    """The error code, but for what has the code of something else: a day's quota that is spent has that of a busy
    moment, and a lock inside a trigger that of the trigger.
    """
    if code == "REQUEST_LIMIT_EXCEEDED" and "totalrequests" in message.replace(" ", "").lower():
        return "DAY_IS_SPENT"
    if status == 410:
        return "HTTP_410"
    if code not in _INSIDE:
        code = next((inside for inside in _INSIDE if inside in message), code)
    return code or f"HTTP_{status}"


def sign_in_hint(error: str, description: str) -> str:
    """What to do about a refused sign-in: the error's name is the same for most causes, its description is not."""
    if error in KINDS:
        return KINDS[error].hint
    said = f"{error} {description}".lower()
    return next((hint for word, hint in _SIGN_IN if word in said), _ANY_SIGN_IN)


_ANY_SIGN_IN = "check SALESFORCE_USERNAME, the certificate, and that the user is pre-authorised"
