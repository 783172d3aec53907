"""What Salesforce's refusals mean, and what an operator can do. Its `message` is never carried: it may echo values."""

from typing import NamedTuple


class Kind(NamedTuple):
    hint: str
    again: bool = False
    """Worth another try, a moment later."""


KINDS = {
    "INVALID_SESSION_ID": Kind("the access token is refused right after sign-in: check the connected app's policies"),
    "UNABLE_TO_LOCK_ROW": Kind("somebody else is writing this record", again=True),
    "QUERY_TIMEOUT": Kind("Salesforce was too slow to answer the query", again=True),
    "SERVER_UNAVAILABLE": Kind("Salesforce is too busy", again=True),
    "REQUEST_LIMIT_EXCEEDED": Kind("too many calls at once", again=True),
    "DAY_IS_SPENT": Kind("the day's API requests are used up: see Setup, Company Information, API Requests"),
    "NOT_FOUND": Kind("the record is gone"),
    "ENTITY_IS_DELETED": Kind("the record was deleted"),
    "INVALID_FIELD": Kind("a field is missing or not visible: deploy deploy/salesforce and assign its permission set"),
    "REQUIRED_FIELD_MISSING": Kind("this org requires a field that the portal does not set"),
    "STRING_TOO_LONG": Kind("a text is longer than its field here"),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Kind("a value is missing in the picklist Activation_Status__c"),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Kind("a validation rule of this org refuses it"),
    "DUPLICATE_VALUE": Kind("another record has this unique value"),
    "CANNOT_EXECUTE_FLOW_TRIGGER": Kind("a flow of this org failed"),
    "INSUFFICIENT_ACCESS": Kind("the integration user lacks a permission: assign the permission set"),
    "AMBIGUOUS": Kind("several records have the same external id"),
    "invalid_grant": Kind("check SALESFORCE_USERNAME, the certificate, and that the user is pre-authorised"),
    "invalid_client_id": Kind("check SALESFORCE_CLIENT_ID"),
}

OTHER = Kind("see Salesforce's own logs for this time")

GONE = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED"})


class CrmRefused(Exception):
    """Salesforce will not do it, however often it is asked: a person must look. `reason` is its error code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = KINDS.get(reason, OTHER).hint

    @property
    def is_gone(self) -> bool:
        return self.reason in GONE


def meaning(status: int, code: str, message: str) -> str:
    """The error code, but for a day's quota that is spent: it has the code of a busy moment, and other words."""
    if code == "REQUEST_LIMIT_EXCEEDED" and "totalrequests" in message.replace(" ", "").lower():
        return "DAY_IS_SPENT"
    return code or f"HTTP_{status}"
