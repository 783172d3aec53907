"""The org at the start: the customers and products of the WHMCS sandbox, with the numbers that they have there."""

from .org import Org

ACCOUNTS = {
    1: "Analytical Engines Ltd.",
    2: "Smith & Sons",
    3: "Chidi Anagonye",
    4: "Okafor Logistics Ltd.",
    5: "田中商店株式会社",
    6: "Tess Two-Factor",
    7: "Mustermann GmbH",
    8: "Nora Newcomer",
    9: "Sam Shields",
    10: "Ada King",
}

PRODUCTS = (
    (1, "Fibre 1 Gbit/s", "Monthly", 98.0),
    (1, "Fibre 1 Gbit/s", "Annually", 1058.4),
    (2, "Fibre 100 Mbit/s", "Monthly", 39.0),
    (2, "Fibre 100 Mbit/s", "Annually", 421.2),
    (3, "Static IP address", "Monthly", 14.08),
    (4, "Web hosting S", "Monthly", 12.5),
    (4, "Web hosting S", "Annually", 135.0),
)


APPROVERS = ("anna@example.com", "ben@example.com")


def seed(org: Org) -> None:
    _people(org)
    for client_id, name in ACCOUNTS.items():
        org.create("Account", {"Name": name, "WHMCS_Client_ID__c": str(client_id)})
    org.create("Account", {"Name": "Not a customer yet"})
    book = org.create("Pricebook2", {"Name": "Standard", "IsStandard": True, "IsActive": True})
    for number, name, cycle, price in PRODUCTS:
        values = {"Name": name, "IsActive": True, "WHMCS_Product_ID__c": str(number), "Billing_Cycle__c": cycle}
        entry = {"Pricebook2Id": book["Id"], "Product2Id": org.create("Product2", values)["Id"]}
        org.create("PricebookEntry", {**entry, "UnitPrice": price, "IsActive": True})
    gift = org.create("Product2", {"Name": "Site survey", "IsActive": True})
    org.create(
        "PricebookEntry", {"Pricebook2Id": book["Id"], "Product2Id": gift["Id"], "UnitPrice": 90.0, "IsActive": True}
    )


def _people(org: Org) -> None:
    """Who may do what: the portal's own user, and those who approve."""
    org.create("UserPermissionAccess", {"PermissionsEditActivatedOrders": True, "PermissionsApiEnabled": True})
    seen, org.unreadable = org.unreadable, set()
    for label, names in {"Counterfoil": ("portal@example.com",), "Counterfoil Approver": APPROVERS}.items():
        permissions = org.create("PermissionSet", {"Label": label})["Id"]
        allowed = {"SobjectType": "Order", "Field": "Order.Activation_Status__c", "PermissionsEdit": True}
        org.create("FieldPermissions", {"ParentId": permissions, **allowed})
        for name in names:
            user = org.create("User", {"Username": name, "IsActive": True})["Id"]
            org.create("PermissionSetAssignment", {"AssigneeId": user, "PermissionSetId": permissions})
    org.unreadable = seen
