"""Control of the stand-in itself, under /_sandbox/, and a page on which a person can approve orders."""

import secrets
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from markupsafe import Markup

from .faults import FAULTS, Fault
from .installation import Call, Installation
from .org import Org, Record
from .rest import installation_of

AnyRequest = Request[Any, Any, Any]


def with_control_key(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    installation: Installation = connection.app.state.installation
    given = connection.headers.get("x-sandbox-key", "")
    if not secrets.compare_digest(given.encode(), installation.options.control_key.encode()):
        raise NotAuthorizedException


@get("/_sandbox/credentials")
async def credentials(request: AnyRequest) -> dict[str, str]:
    """What the portal has to be set to."""
    found = installation_of(request)
    return {
        "client_id": found.options.client_id,
        "username": found.options.username,
        "private_key": found.private_key,
    }


@post("/_sandbox/reset", status_code=204)
async def reset(request: AnyRequest) -> None:
    installation_of(request).reset()


@get("/_sandbox/calls")
async def calls(request: AnyRequest) -> list[Call]:
    return installation_of(request).calls


@delete("/_sandbox/calls")
async def forget_calls(request: AnyRequest) -> None:
    installation_of(request).calls.clear()


@post("/_sandbox/faults", status_code=201)
async def add_fault(request: AnyRequest, data: JSONBody[Fault]) -> Fault:
    if data.kind not in FAULTS:
        raise ValidationException("kind is one of: " + ", ".join(FAULTS))
    return installation_of(request).add_fault(data)


@delete("/_sandbox/faults")
async def clear_faults(request: AnyRequest) -> None:
    installation_of(request).mend()


@post("/_sandbox/expire", status_code=204)
async def expire(request: AnyRequest) -> None:
    """Every access token given so far is refused from now on."""
    installation_of(request).expire_tokens()


class SettingsChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`hidden`, `read_only`: fields as "Order.WHMCS_Order_ID__c" that the portal's user does not see, or may not write;
    `numbers`: fields that were deployed as numbers; `picklists`: the values that a picklist has instead of its own;
    `locked`, `unshared`: ids of records that somebody else is writing, or that sharing hides; `refuses`: id of a record
    -> the error code with which its changes are refused; `unreadable`: objects that it may not read; `plain`: fields
    that are neither unique nor external ids; `record_types` of orders: name -> values of Activation_Status__c;
    `renamed`: "Order.Name__c" -> another name; `daily_limit`: calls of a day.
    """

    hidden: list[str] | None = None
    read_only: list[str] | None = None
    numbers: list[str] | None = None
    picklists: dict[str, list[str]] | None = None
    locked: list[str] | None = None
    unshared: list[str] | None = None
    unreadable: list[str] | None = None
    plain: list[str] | None = None
    record_types: dict[str, list[str]] | None = None
    renamed: dict[str, str] | None = None
    refuses: dict[str, str] | None = None
    several_currencies: bool | None = None
    flow_price_book: str | None = None
    status_codes: dict[str, str] | None = None
    daily_limit: int | None = None


@put("/_sandbox/settings", status_code=204)
async def change_settings(request: AnyRequest, data: JSONBody[SettingsChange]) -> None:
    installation = installation_of(request)
    if data.daily_limit is not None:
        installation.daily_limit = data.daily_limit
    if data.picklists is not None:
        installation.org.picklists = {path: tuple(values) for path, values in data.picklists.items()}
    for name in ("hidden", "read_only", "numbers", "locked", "unshared", "unreadable", "plain"):
        if (listed := getattr(data, name)) is not None:
            setattr(installation.org, name, set(listed))
    for name in ("refuses", "several_currencies", "flow_price_book", "status_codes", "record_types", "renamed"):
        if (value := getattr(data, name)) is not None:
            setattr(installation.org, name, value)


@get("/_sandbox/records/{kind:str}")
async def records(request: AnyRequest, kind: FromPath[str]) -> list[Record]:
    """As kept, the oldest first."""
    return list(installation_of(request).org.records.get(kind, {}).values())


@patch("/_sandbox/records/{kind:str}/{record_id:str}", status_code=204)
async def change_record(
    request: AnyRequest, kind: FromPath[str], record_id: FromPath[str], data: JSONBody[Record]
) -> None:
    """As a person at Salesforce would."""
    installation_of(request).org.as_person(kind, record_id, data)


@delete("/_sandbox/records/{kind:str}/{record_id:str}")
async def delete_record(request: AnyRequest, kind: FromPath[str], record_id: FromPath[str]) -> None:
    installation_of(request).org.delete(kind, record_id)


class SalesOrder(msgspec.Struct, kw_only=True):
    """`lines`: [WHMCS product, cycle, quantity]; product 0 is one that WHMCS does not have."""

    client_id: int
    lines: list[tuple[int, str, float]]
    status: str = "Requested"


@post("/_sandbox/orders", status_code=201)
async def sales_order(request: AnyRequest, data: JSONBody[SalesOrder]) -> dict[str, str]:
    """An order that sales staff make. Client 0 is an account without a number of WHMCS's."""
    org = installation_of(request).org
    wanted = str(data.client_id) if data.client_id else None
    account = next(each for each in org.records["Account"].values() if each.get("WHMCS_Client_ID__c") == wanted)
    book = next(iter(org.records["Pricebook2"].values()))
    values = {"AccountId": account["Id"], "EffectiveDate": "2026-05-12", "Status": "Draft", "Pricebook2Id": book["Id"]}
    order = org.create("Order", values)
    for number, cycle, quantity in data.lines:
        entry = _entry(org, number, cycle)
        line = {"OrderId": order["Id"], "PricebookEntryId": entry["Id"], "Quantity": quantity}
        org.create("OrderItem", {**line, "UnitPrice": entry["UnitPrice"]})
    org.update("Order", order["Id"], {"Activation_Status__c": data.status})
    return {"id": order["Id"]}


def _entry(org: Org, number: int, cycle: str) -> Record:
    for entry in org.records["PricebookEntry"].values():
        product = org.records["Product2"][entry["Product2Id"]]
        same = product.get("WHMCS_Product_ID__c") == (str(number) if number else None)
        if same and (not number or product["Billing_Cycle__c"].lower() == cycle.lower()):
            return entry
    raise ValidationException("no such product")


_ROW = Markup(
    "<tr><td>{id}<td>{customer}<td>{status} {code}<td>"
    '<form method="post" action="/orders/{id}/approve"><button>Approve</button></form>'
)
_PAGE = Markup(
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Salesforce sandbox</title>'
    "<h1>Salesforce sandbox</h1><p>Orders, the newest first. Not Salesforce: a stand-in for it.</p>"
    "<table><tr><th>Order<th>Account<th>Activation<th>{rows}</table>"
)


@get("/", media_type="text/html")
async def page(request: AnyRequest) -> Response[str]:
    org = installation_of(request).org
    rows = [
        _ROW.format(
            id=order["Id"],
            customer=org.records["Account"][order["AccountId"]]["Name"],
            status=order.get("Activation_Status__c"),
            code=order.get("Activation_Error_Code__c") or "",
        )
        for order in reversed(org.records["Order"].values())
    ]
    return Response(_PAGE.format(rows=Markup().join(rows)), media_type="text/html")


@post("/orders/{order_id:str}/approve")
async def approve(request: AnyRequest, order_id: FromPath[str]) -> Redirect:
    installation_of(request).org.as_person("Order", order_id, {"Activation_Status__c": "Requested"})
    return Redirect("/", status_code=303)


CONTROL = [
    *(credentials, reset, calls, forget_calls, add_fault, clear_faults, expire, change_settings),
    *(records, change_record, delete_record, sales_order, page, approve),
]
