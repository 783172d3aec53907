"""A client's own data: profile, credit, saved ways of paying, services."""

from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from counterfoil.sandbox.whmcs import wire
from counterfoil.sandbox.whmcs.records import (
    CANCELLED,
    COLLECTIONS,
    DRAFT,
    PAID,
    PAYMENT_PENDING,
    REFUNDED,
    UNPAID,
    ZERO,
    Client,
    Invoice,
    PayMethod,
    Product,
    Service,
)

from .desk import Answer, Desk, Params, RefusedError, window

EMAIL_KINDS = ("general", "invoice", "support", "product", "domain", "affiliate")


def get_clients_details(desk: Desk, params: Params) -> Answer:
    """`stats` only when asked for; its amounts are worded for people."""
    if params.get("clientid"):
        client = desk.client(params["clientid"])
    elif params.get("email"):
        client = _by_email(desk, params["email"])
    else:
        raise RefusedError("Either clientid Or email Is Required")
    details = _details(desk, client)
    answer = {"result": "success", "client": details}
    if desk.switches.has("deprecated-top-level", desk.action):
        answer = {"result": "success", **details, "client": details}
    if wire.truth(params.get("stats")):
        answer["stats"] = _stats(desk, client)
    return answer


def _by_email(desk: Desk, email: str) -> Client:
    found = next((client for client in desk.ledger.clients if client.email.casefold() == email.casefold()), None)
    if found is None:
        raise RefusedError("Client Not Found")
    return found


def _details(desk: Desk, client: Client) -> Answer:
    escape = desk.escape
    return {
        "client_id": client.id,
        "owner_user_id": client.owner_user_id,
        "userid": client.id,
        "id": client.id,
        "uuid": str(uuid5(NAMESPACE_URL, f"whmcs-sandbox/client/{client.id}")),
        "firstname": escape(client.firstname),
        "lastname": escape(client.lastname),
        "fullname": escape(wire.full_name(client)),
        "companyname": escape(client.companyname),
        "email": escape(client.email),
        "address1": escape(client.address1),
        "address2": escape(client.address2),
        "city": escape(client.city),
        "fullstate": escape(client.state),
        "state": escape(client.state),
        "postcode": escape(client.postcode),
        "countrycode": client.country,
        "country": client.country,
        "phonenumber": client.phone,
        "tax_id": escape(client.tax_id),
        "email_preferences": {kind: client.email_preferences.get(kind, "1") for kind in EMAIL_KINDS},
        "statecode": escape(client.state),
        "countryname": wire.COUNTRIES.get(client.country, client.country),
        "phonecc": client.phonecc,
        "phonenumberformatted": f"+{client.phonecc}.{client.phone}",
        "telephoneNumber": f"+{client.phonecc}.{client.phone}",
        **_standing(desk, client),
    }


def _standing(desk: Desk, client: Client) -> Answer:
    """The half of the details that is not name and address."""
    users = desk.ledger.users_of(client.id)
    return {
        "billingcid": 0,
        "notes": desk.escape(client.notes),
        "currency": client.currency,
        "defaultgateway": client.defaultgateway,
        "groupid": 0,
        "status": client.status,
        "credit": wire.money(client.credit),
        "taxexempt": client.taxexempt,
        "latefeeoveride": False,
        "overideduenotices": False,
        "separateinvoices": False,
        "disableautocc": False,
        "emailoptout": False,
        "marketing_emails_opt_in": False,
        "overrideautoclose": False,
        "allowSingleSignOn": int(client.allow_sso),
        "email_verified": True,
        "language": client.language,
        "isOptedInToMarketingEmails": False,
        "lastlogin": "No Login Logged",
        "currency_code": desk.ledger.currencies[client.currency].code,
        "customfields": [],
        "users": {
            "user": [
                {
                    "id": user.id,
                    "name": desk.escape(f"{user.firstname} {user.lastname}"),
                    "email": desk.escape(user.email),
                    "is_owner": user.id == client.owner_user_id,
                }
                for user in users
            ]
        },
    }


def _stats(desk: Desk, client: Client) -> Answer:
    currency = desk.ledger.currencies[client.currency]
    invoices, today = desk.ledger.invoices_of(client.id), desk.ledger.today()
    services = desk.ledger.services_of(client.id)
    active = [service for service in services if service.status == "Active"]
    income = sum((invoice.paid for invoice in invoices), ZERO)
    overdue = [invoice for invoice in invoices if invoice.status == UNPAID and invoice.duedate < today]

    def shown(amount: Decimal) -> str:
        return wire.formatted(amount, currency)

    def counted(status: str) -> tuple[int, str]:
        found = [invoice for invoice in invoices if invoice.status == status]
        return len(found), shown(sum((_total(desk, invoice) for invoice in found), ZERO))

    due = sum((invoice.balance for invoice in invoices if invoice.status == UNPAID), ZERO)
    late = sum((invoice.balance for invoice in overdue), ZERO)
    drafts, unpaid, paid = counted(DRAFT), counted(UNPAID), counted(PAID)
    cancelled, refunded = counted(CANCELLED), counted(REFUNDED)
    collections, pending = counted(COLLECTIONS), counted(PAYMENT_PENDING)
    return {
        "numdueinvoices": unpaid[0],
        "dueinvoicesbalance": shown(due),
        "incredit": client.credit > 0,
        "creditbalance": shown(client.credit),
        "grossRevenue": shown(income),
        "expenses": shown(ZERO),
        "income": shown(income),
        "numoverdueinvoices": len(overdue),
        "overdueinvoicesbalance": shown(late),
        "numDraftInvoices": drafts[0],
        "draftInvoicesBalance": drafts[1],
        "numunpaidinvoices": unpaid[0],
        "unpaidinvoicesamount": unpaid[1],
        "numpaidinvoices": paid[0],
        "paidinvoicesamount": paid[1],
        "numcancelledinvoices": cancelled[0],
        "cancelledinvoicesamount": cancelled[1],
        "numrefundedinvoices": refunded[0],
        "refundedinvoicesamount": refunded[1],
        "numcollectionsinvoices": collections[0],
        "collectionsinvoicesamount": collections[1],
        "numpaymentpendinginvoices": pending[0],
        "paymentpendinginvoicesamount": pending[1],
        **dict.fromkeys(NOTHING_OF, 0),
        "productsnumactiveother": len(active),
        "productsnumother": len(services),
        "productsnumactive": len(active),
        "productsnumtotal": len(services),
        "isAffiliate": False,
    }


# Kinds of things that this installation does not sell or keep.
NOTHING_OF = (
    "productsnumactivehosting",
    "productsnumhosting",
    "productsnumactivereseller",
    "productsnumreseller",
    "productsnumactiveservers",
    "productsnumservers",
    "numactivedomains",
    "numdomains",
    "numacceptedquotes",
    "numquotes",
    "numtickets",
    "numactivetickets",
    "numaffiliatesignups",
)


def _total(desk: Desk, invoice: Invoice) -> Decimal:
    return Decimal(wire.total(invoice, before_credit=desk.totals_before_credit))


def get_credits(desk: Desk, params: Params) -> Answer:
    client = desk.client(params.get("clientid"), "Client ID Not Found")
    rows = [
        {
            "id": str(entry.id),
            "date": wire.day(entry.date),
            "description": desk.escape(entry.description),
            "amount": wire.money(entry.amount),
            "relid": str(entry.relid),
        }
        for entry in client.credits
    ]
    return {
        "result": "success",
        "totalresults": str(len(rows)),
        "clientid": str(client.id),
        "credits": {"credit": rows},
    }


def get_pay_methods(desk: Desk, params: Params) -> Answer:
    """A flat list; says neither which is the default nor whether one still works. `remote_token` is in it."""
    if not params.get("clientid"):
        raise RefusedError("Client ID Is Required")
    client = desk.client(params["clientid"])
    kind = params.get("type", "")
    if kind not in {"", "BankAccount", "CreditCard"}:
        raise RefusedError("Invalid Pay Method Type. Should be 'BankAccount' or 'CreditCard'")
    wanted = wire.integer(params.get("paymethodid"))
    methods = [
        method
        for method in sorted(desk.ledger.pay_methods_of(client.id), key=lambda method: method.id)
        if (not wanted or method.id == wanted) and method.type.endswith(kind)
    ]
    return {
        "result": "success",
        "clientid": params["clientid"],
        "paymethods": [_pay_method(desk, method) for method in methods],
    }


def _pay_method(desk: Desk, method: PayMethod) -> Answer:
    common = {
        "id": method.id,
        "type": method.type,
        "description": desk.escape(method.description),
        "gateway_name": method.gateway,
        "contact_type": "Client",
        "contact_id": method.client_id,
    }
    tail = {"remote_token": method.remote_token, "last_updated": method.updated_at.strftime("%d/%m/%Y %H:%M")}
    if method.type.endswith("BankAccount"):
        return {**common, "bank_name": desk.escape(method.bank_name), **tail}
    return {
        **common,
        "card_last_four": method.last_four,
        "expiry_date": method.expiry,
        "start_date": "",
        "issue_number": "",
        "card_type": method.card_type,
        **tail,
    }


def get_clients_products(desk: Desk, params: Params) -> Answer:
    """What WHMCS calls products of a client are services; each row carries the service's password."""
    client_id, service_id = wire.integer(params.get("clientid")), wire.integer(params.get("serviceid"))
    product_id = wire.integer(params.get("pid"))
    found = [
        service
        for service in desk.ledger.services
        if (not client_id or service.client_id == client_id)
        and (not service_id or service.id == service_id)
        and (not product_id or service.product_id == product_id)
        and params.get("domain", service.domain) == service.domain
    ]
    start, page = window(found, params)
    return {
        "result": "success",
        **{name: params.get(name) for name in ("clientid", "serviceid", "pid", "domain")},
        "totalresults": str(len(found)),
        "startnumber": start,
        "numreturned": len(page),
        "products": {"product": [_service(desk, service) for service in page]},
    }


def _service(desk: Desk, service: Service) -> Answer:
    product = desk.ledger.products[service.product_id]
    gateway = desk.ledger.gateways.get(service.gateway)
    order = desk.ledger.orders.visible(service.order_id)
    escape = desk.escape
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
        "customfields": {"customfield": _custom_fields(desk, product, service)},
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


def _custom_fields(desk: Desk, product: Product, service: Service) -> list[Answer]:
    return [
        {
            "id": str(field_id),
            "name": name,
            "translated_name": name,
            "value": desk.escape(service.custom_fields[field_id]),
        }
        for field_id, name in product.custom_fields
        if field_id in service.custom_fields
    ]
