"""Orders: placed, seen, accepted. AddOrder has no idempotency key; an order's tag is a custom field of its services."""

import base64
import re
from decimal import Decimal

import msgspec

from counterfoil_sandbox.whmcs import books, wire
from counterfoil_sandbox.whmcs.actions.context import ActionContext, Answer, Params, RefusedError, window
from counterfoil_sandbox.whmcs.book_keeper import due_default
from counterfoil_sandbox.whmcs.records import UNPAID, ZERO, Client, Invoice, Item, Order, Product, Service

EMPTY_RENEWALS: dict[str, list[str]] = {"domains": [], "services": [], "addons": []}
_SERIALISED_PAIR = re.compile(rb'i:(\d+);s:\d+:"(.*?)";', re.DOTALL)


def get_orders(context: ActionContext, params: Params) -> Answer:
    wanted = {name: wire.integer(params.get(name)) for name in ("id", "userid", "requestor_id")}
    status = params.get("status", "").lower()
    found = [
        order
        for order in context.ledger.orders
        if wanted["id"] in {0, order.id}
        and wanted["userid"] in {0, order.client_id}
        and wanted["requestor_id"] in {0, order.requestor_id}
        and status in {"", order.status.lower()}
    ]
    found.sort(key=lambda order: order.id, reverse=True)
    start, page = window(found, params)
    return {
        "result": "success",
        "totalresults": len(found),
        "startnumber": start,
        "numreturned": len(page),
        "orders": {"order": [_order(context, order) for order in page]},
    }


def _order(context: ActionContext, order: Order) -> Answer:
    client = context.ledger.clients.visible(order.client_id)
    invoice = context.ledger.invoices.visible(order.invoice_id)
    gateway = context.ledger.gateways.get(order.gateway)
    currency = context.ledger.currencies[client.currency if client else 1]
    return {
        "id": order.id,
        "ordernum": int(order.number),
        "userid": order.client_id,
        "contactid": 0,
        "requestor_id": order.requestor_id,
        "admin_requestor_id": 0,
        "date": wire.moment(order.at),
        **dict.fromkeys(("nameservers", "transfersecret", "renewals"), ""),
        "renewalsByType": EMPTY_RENEWALS,
        **dict.fromkeys(("promocode", "promotype", "promovalue"), ""),
        "orderdata": "[]",
        "amount": wire.money(order.amount),
        "paymentmethod": order.gateway,
        "invoiceid": order.invoice_id,
        "status": order.status,
        "ipaddress": order.ip,
        "fraudmodule": "",
        "fraudoutput": "",
        "notes": context.escape(order.notes),
        "paymentmethodname": context.escape(gateway.displayname) if gateway else "",
        "paymentstatus": invoice.status if invoice else "No Invoice",
        "name": context.escape(wire.full_name(client)) if client else "",
        "currencyprefix": currency.prefix,
        "currencysuffix": currency.suffix,
        "frauddata": "",
        "validationdata": "",
        "lineitems": {"lineitem": [_line(context, service_id) for service_id in order.service_ids]},
    }


def _line(context: ActionContext, service_id: int) -> Answer:
    service = context.ledger.services.visible(service_id)
    if service is None:
        return {}
    product = context.ledger.products[service.product_id]
    return {
        "type": "product",
        "relid": service.id,
        "producttype": "Other Product/Service",
        "product": context.escape(f"{product.group} - {product.name}"),
        "domain": context.escape(service.domain),
        "billingcycle": service.cycle,
        "amount": wire.money(service.first_payment),
        "status": service.status,
    }


def add_order(context: ActionContext, params: Params) -> Answer:
    """PHP's arrays: `pid[0]`, `billingcycle[0]`, `qty[0]`, `customfields[0]` (base64 of a serialised array)."""
    client = context.client(params.get("clientid"), "Client ID Not Found")
    if client.status == "Closed":
        raise RefusedError("Unable to add order when client status is Closed")
    gateway = params.get("paymentmethod", "")
    if gateway not in context.ledger.gateways:
        raise RefusedError("Invalid Payment Method. Valid options include " + ",".join(context.ledger.gateways))
    order_id, now = next(context.ledger.ids), context.ledger.now()
    services = [_service(context, client, order_id, params, key) for key in _keys(params)]
    if not services:
        raise RefusedError("No items added to cart so order cannot proceed")
    for service in services:
        context.ledger.services.put(service.id, service, lag=context.switches.commit_lag)
    invoice_id = 0 if wire.truth(params.get("noinvoice")) else _invoice(context, client, services)
    order = Order(
        id=order_id,
        number=str(7_900_000_000 + order_id),
        client_id=client.id,
        requestor_id=0,
        at=now,
        amount=sum((service.first_payment * service.quantity for service in services), ZERO),
        gateway=gateway,
        invoice_id=invoice_id,
        service_ids=tuple(service.id for service in services),
    )
    context.ledger.orders.put(order.id, order, lag=context.switches.commit_lag)
    return {
        "result": "success",
        "orderid": str(order.id),
        "serviceids": ",".join(str(service.id) for service in services),
        "addonids": "",
        "domainids": "",
        "invoiceid": str(invoice_id) if invoice_id else "",
    }


def _keys(params: Params) -> list[str]:
    return [name[len("pid") :] for name in params if re.fullmatch(r"pid\[\d*\]", name)]


def _service(context: ActionContext, client: Client, order_id: int, params: Params, key: str) -> Service:
    product = context.ledger.products.get(wire.integer(params[f"pid{key}"]))
    if product is None:
        raise RefusedError("No items added to cart so order cannot proceed")
    cycle = params.get(f"billingcycle{key}", "monthly").lower()
    price = product.prices.get(context.ledger.currencies[client.currency].code, {}).get(cycle)
    if price is None:
        raise RefusedError("No items added to cart so order cannot proceed")
    return Service(
        id=next(context.ledger.ids),
        client_id=client.id,
        product_id=product.id,
        order_id=order_id,
        registered=context.ledger.today(),
        domain=params.get(f"domain{key}", ""),
        amount=price,
        first_payment=price,
        gateway=params["paymentmethod"],
        cycle=cycle.capitalize(),
        next_due=context.ledger.today(),
        status="Pending",
        quantity=max(wire.integer(params.get(f"qty{key}")), 1),
        custom_fields=_custom_fields(product, params.get(f"customfields{key}", "")),
    )


def _custom_fields(product: Product, encoded: str) -> dict[int, str]:
    """From base64(serialize([field id => text])); what is not that is ignored, as PHP does."""
    try:
        serialised = base64.b64decode(encoded, validate=True)
    except ValueError:
        return {}
    known = {field_id for field_id, _name in product.custom_fields}
    pairs = ((int(field_id), text.decode(errors="replace")) for field_id, text in _SERIALISED_PAIR.findall(serialised))
    return {field_id: text for field_id, text in pairs if field_id in known}


def _invoice(context: ActionContext, client: Client, services: list[Service]) -> int:
    now, today = context.ledger.now(), context.ledger.today()
    items = tuple(_item(context, service) for service in services)
    invoice = Invoice(
        id=next(context.ledger.ids),
        userid=client.id,
        number=context.ledger.next_number(),
        date=today,
        duedate=due_default(today),
        status=UNPAID,
        items=items,
        gateway=services[0].gateway,
        created_at=now,
        updated_at=now,
    )
    context.book_keeper.create_invoice(books.added_up(invoice))
    return invoice.id


def _item(context: ActionContext, service: Service) -> Item:
    name = context.ledger.products[service.product_id].name
    amount: Decimal = service.first_payment * service.quantity
    return Item(
        context.book_keeper.next_item_id(), "Hosting", service.id, f"{name} ({service.cycle})", amount, taxed=True
    )


def accept_order(context: ActionContext, params: Params) -> Answer:
    """Sets up its services. The second time it is refused, in words that do not say why."""
    order = context.ledger.orders.newest(wire.integer(params.get("orderid")))
    if order is None or order.status != "Pending":
        raise RefusedError("Order ID not found or Status not Pending")
    lag = context.switches.commit_lag
    context.ledger.orders.put(order.id, msgspec.structs.replace(order, status="Active"), lag=lag)
    for service_id in order.service_ids:
        service = context.ledger.services.newest(service_id)
        if service is not None:
            context.ledger.services.put(service_id, msgspec.structs.replace(service, status="Active"), lag=lag)
    context.book_keeper.order_changed(order)
    return {"result": "success"}
