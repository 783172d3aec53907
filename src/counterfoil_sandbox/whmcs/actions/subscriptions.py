"""A client's services, which WHMCS's API calls the client's products."""

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import Product, Service

from .context import ActionContext, Answer, Params, window


def get_clients_products(context: ActionContext, params: Params) -> Answer:
    """What WHMCS calls products of a client are services; each row carries the service's password."""
    client_id, service_id = wire.integer(params.get("clientid")), wire.integer(params.get("serviceid"))
    product_id = wire.integer(params.get("pid"))
    found = [
        service
        for service in context.ledger.services
        if (not client_id or service.client_id == client_id)
        and (not service_id or service.id == service_id)
        and (not product_id or service.product_id == product_id)
        and params.get("domain", service.domain) == service.domain
    ]
    found = context.among_others(found, context.ledger.services)
    start, page = window(found, params)
    return {
        "result": "success",
        **{name: params.get(name) for name in ("clientid", "serviceid", "pid", "domain")},
        "totalresults": str(len(found)),
        "startnumber": start,
        "numreturned": len(page),
        "products": {"product": [_service(context, service) for service in page]},
    }


def _service(context: ActionContext, service: Service) -> Answer:
    product = context.ledger.products[service.product_id]
    gateway = context.ledger.gateways.get(service.gateway)
    order = context.ledger.orders.visible(service.order_id)
    escape = context.escape
    return {
        "id": str(service.id),
        "qty": str(service.quantity),
        "clientid": str(service.client_id),
        "orderid": str(service.order_id),
        "ordernumber": order.number if order else "",
        "pid": str(product.id),
        "regdate": wire.day(service.registered),
        "name": escape(product.name),
        "translated_name": escape(product.name),
        "groupname": escape(product.group),
        "translated_groupname": escape(product.group),
        "domain": escape(service.domain),
        "dedicatedip": service.dedicated_ip,
        **SERVER,
        "suspensionreason": "",
        "firstpaymentamount": wire.money(service.first_payment),
        "recurringamount": wire.money(service.amount),
        "paymentmethod": service.gateway,
        "paymentmethodname": escape(gateway.displayname) if gateway else "",
        "billingcycle": service.cycle,
        "nextduedate": wire.day(service.next_due),
        "status": service.status,
        "username": service.username,
        "password": escape(service.password),
        **USAGE,
        "customfields": {"customfield": _custom_fields(context, product, service)},
        "configoptions": {"configoption": []},
    }


SERVER = {"serverid": "0", "servername": "", "serverip": "", "serverhostname": ""}

USAGE = {
    "subscriptionid": "",
    "promoid": "0",
    "overideautosuspend": "",
    "overidesuspenduntil": wire.NO_DATE,
    "ns1": "",
    "ns2": "",
    "assignedips": "",
    "notes": "",
    "diskusage": "0",
    "disklimit": "0",
    "bwusage": "0",
    "bwlimit": "0",
    "lastupdate": wire.NO_TIME,
}


def _custom_fields(context: ActionContext, product: Product, service: Service) -> list[Answer]:
    return [
        {
            "id": str(field_id),
            "name": name,
            "translated_name": name,
            "value": context.escape(service.custom_fields[field_id]),
        }
        for field_id, name in product.custom_fields
        if field_id in service.custom_fields
    ]
