"""The fields that an order needs in Salesforce, and what they are called in an org that has them by other names."""

import re
from collections.abc import Mapping

from msgspec import Struct

NEEDED: dict[str, tuple[str, ...]] = {
    "Order": (
        "Activation_Status__c",
        "Activation_Error_Code__c",
        "Activation_Error_Message__c",
        "Activation_Attempt__c",
        "Activation_Last_Attempt_At__c",
        "WHMCS_Order_ID__c",
        "WHMCS_Invoice_ID__c",
        "Portal_Order_ID__c",
    ),
    "OrderItem": ("WHMCS_Service_ID__c",),
    "Account": ("WHMCS_Client_ID__c",),
    "Product2": ("WHMCS_Product_ID__c", "Billing_Cycle__c"),
}

WRITTEN = frozenset({"Order", "OrderItem"})

STATUSES = ("Not Started", "Requested", "Activating", "Activated", "Failed", "On Hold")
"""Values that the picklist Activation_Status__c must have."""


class Requirement(Struct, frozen=True):
    """What a field must be for what is written into it. A length counts for texts only."""

    types: tuple[str, ...] = ()
    length: int = 0
    is_unique: bool = False
    is_external: bool = False
    is_found_by: bool = False
    """Deployed as an external id, since loaders of the org find records by it. The portal works without."""


_NUMBER_OR_TEXT = ("string", "double", "int")

REQUIRED = {
    "Activation_Status__c": Requirement(("picklist", "string"), 11),
    "Activation_Error_Code__c": Requirement(("string",), 60),
    "Activation_Error_Message__c": Requirement(("string", "textarea"), 255),
    "Activation_Attempt__c": Requirement(("double", "int")),
    "Activation_Last_Attempt_At__c": Requirement(("datetime",)),
    "WHMCS_Order_ID__c": Requirement(_NUMBER_OR_TEXT, 10, is_unique=True, is_found_by=True),
    "WHMCS_Invoice_ID__c": Requirement(_NUMBER_OR_TEXT, 10),
    "Portal_Order_ID__c": Requirement(("string",), 16, is_unique=True, is_external=True),
    "WHMCS_Service_ID__c": Requirement(_NUMBER_OR_TEXT, 10, is_found_by=True),
    "WHMCS_Client_ID__c": Requirement(_NUMBER_OR_TEXT, is_unique=True, is_found_by=True),
    "WHMCS_Product_ID__c": Requirement(_NUMBER_OR_TEXT),
    "Billing_Cycle__c": Requirement(("picklist", "string")),
}


class Selling(Struct, frozen=True):
    """How this org sells: the Status of a draft, the Statuses (in small letters) that mean cancelled besides what
    StatusCode says, and the price book by its name or id; empty: the standard one.
    """

    draft: str = "Draft"
    cancelled: frozenset[str] = frozenset({"cancelled", "canceled"})
    price_book: str = ""


class Fields:
    """`own`: default name -> the org's own name. `namespace`: of a package in which all others of the fields came."""

    def __init__(self, own: Mapping[str, str], namespace: str = "") -> None:
        self._own = dict(own)
        self._prefix = f"{namespace}__" if namespace else ""

    def __getitem__(self, name: str) -> str:
        return self._own.get(name, f"{self._prefix}{name}")

    @property
    def unknown(self) -> list[str]:
        """Names that were given another one and are none of the portal's."""
        known = {name for names in NEEDED.values() for name in names}
        return sorted(self._own.keys() - known)

    def renamed(self, values: Mapping[str, object]) -> dict[str, object]:
        return {self[name]: value for name, value in values.items()}

    def in_text(self, soql: str) -> str:
        """A query that is written in the default names."""
        return re.sub(r"\w+__c\b", lambda found: self[found[0]], soql)
