"""What objects and fields the org has: Salesforce's own, as far as orders need them, and the portal's."""

from typing import Literal

import msgspec

Type = Literal["id", "string", "double", "int", "currency", "boolean", "date", "datetime", "picklist", "reference"]


class Field(msgspec.Struct, frozen=True):
    type: Type = "string"
    length: int = 255
    values: tuple[str, ...] = ()
    """Of a restricted picklist; empty: any."""
    required: bool = False
    unique: bool = False
    external: bool = False
    refers_to: str = ""
    relation: str = ""
    """How a query names the record that this one refers to."""
    read_only: bool = False


class Kind(msgspec.Struct, frozen=True):
    """`prefix`: the first three characters of its ids."""

    prefix: str
    fields: dict[str, Field]


CURRENCY = Field("picklist", values=("EUR", "GBP", "USD", "JPY"))
"""Of every object, in an org with several currencies: CurrencyIsoCode."""

STATUS_CODES = {"Draft": "Draft", "Activated": "Activated", "Cancelled": "Canceled"}

CHILDREN = {"OrderItems": ("OrderItem", "OrderId")}
"""How a query names the records that refer to one: their object, and by which field."""

ACTIVATION = ("Not Started", "Requested", "Activating", "Activated", "Failed", "On Hold")

SYSTEM = {
    "Id": Field("id", 18, read_only=True),
    "CreatedDate": Field("datetime", read_only=True),
    "LastModifiedDate": Field("datetime", read_only=True),
    "SystemModstamp": Field("datetime", read_only=True),
    "IsDeleted": Field("boolean", read_only=True),
}


def _kind(prefix: str, **fields: Field) -> Kind:
    return Kind(prefix, SYSTEM | fields)


def _reference(to: str, relation: str, *, required: bool = False) -> Field:
    return Field("reference", 18, refers_to=to, relation=relation, required=required)


OF_SETUP = frozenset({"PermissionSetAssignment", "FieldPermissions", "PermissionSet", "User"})
"""Shown to users who may see the setup, which the portal's user may not, unless a test lets it."""

MASTER_RECORD_TYPE = "012000000000000AAA"

KINDS: dict[str, Kind] = {
    "UserPermissionAccess": _kind(
        "0UA", PermissionsEditActivatedOrders=Field("boolean"), PermissionsApiEnabled=Field("boolean")
    ),
    "User": _kind("005", Username=Field(required=True), IsActive=Field("boolean")),
    "PermissionSet": _kind("0PS", Label=Field(required=True)),
    "PermissionSetAssignment": _kind(
        "0Pa",
        AssigneeId=_reference("User", "Assignee", required=True),
        PermissionSetId=_reference("PermissionSet", "PermissionSet", required=True),
    ),
    "FieldPermissions": _kind(
        "01k",
        ParentId=_reference("PermissionSet", "Parent", required=True),
        SobjectType=Field(),
        Field=Field(),
        PermissionsEdit=Field("boolean"),
    ),
    "Contact": _kind("003", LastName=Field(required=True)),
    "Account": _kind("001", Name=Field(required=True), WHMCS_Client_ID__c=Field(length=20, unique=True, external=True)),
    "Product2": _kind(
        "01t",
        Name=Field(required=True),
        IsActive=Field("boolean"),
        WHMCS_Product_ID__c=Field(length=20),
        Billing_Cycle__c=Field("picklist"),
    ),
    "Pricebook2": _kind("01s", Name=Field(required=True), IsStandard=Field("boolean"), IsActive=Field("boolean")),
    "PricebookEntry": _kind(
        "01u",
        Pricebook2Id=_reference("Pricebook2", "Pricebook2", required=True),
        Product2Id=_reference("Product2", "Product2", required=True),
        UnitPrice=Field("currency", required=True),
        IsActive=Field("boolean"),
    ),
    "Order": _kind(
        "801",
        AccountId=_reference("Account", "Account", required=True),
        EffectiveDate=Field("date", required=True),
        Status=Field("picklist", values=("Draft", "Activated", "Cancelled"), required=True),
        StatusCode=Field("picklist", read_only=True),
        Pricebook2Id=_reference("Pricebook2", "Pricebook2"),
        Activation_Status__c=Field("picklist", values=ACTIVATION),
        Activation_Error_Code__c=Field(length=60),
        Activation_Error_Message__c=Field(length=255),
        Activation_Attempt__c=Field("double"),
        Activation_Last_Attempt_At__c=Field("datetime"),
        WHMCS_Order_ID__c=Field(length=20, unique=True, external=True),
        Portal_Order_ID__c=Field(length=40, unique=True, external=True),
        WHMCS_Invoice_ID__c=Field(length=20),
    ),
    "OrderItem": _kind(
        "802",
        OrderId=_reference("Order", "Order", required=True),
        PricebookEntryId=_reference("PricebookEntry", "PricebookEntry", required=True),
        Product2Id=_reference("Product2", "Product2"),
        Quantity=Field("double", required=True),
        UnitPrice=Field("currency", required=True),
        WHMCS_Service_ID__c=Field(length=20, external=True),
    ),
}
