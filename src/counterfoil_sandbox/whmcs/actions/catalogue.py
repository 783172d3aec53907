"""What the installation offers: gateways, products, currencies, its own version."""

from decimal import Decimal

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import Currency, Product

from .desk import ActionContext, Answer, Params

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")
NOT_OFFERED = Decimal("-1.00")
SETUP_FEES = {f"{cycle[0]}setupfee": "0.00" for cycle in CYCLES}


def whmcs_details(desk: ActionContext, params: Params) -> Answer:
    version = desk.switches.version
    return {"result": "success", "whmcs": {"version": version, "canonicalversion": f"{version}-release.1"}}


def get_payment_methods(desk: ActionContext, params: Params) -> Answer:
    """These are the gateways."""
    rows = [
        {"module": gateway.module, "displayname": desk.escape(gateway.displayname)}
        for gateway in desk.ledger.gateways.values()
    ]
    return {"result": "success", "totalresults": len(rows), "paymentmethods": {"paymentmethod": rows}}


def get_currencies(desk: ActionContext, params: Params) -> Answer:
    rows = [
        {
            "id": str(currency.id),
            "code": currency.code,
            "prefix": currency.prefix,
            "suffix": currency.suffix,
            "format": str(currency.format),
            "rate": currency.rate,
        }
        for currency in desk.ledger.currencies.values()
    ]
    return {"result": "success", "totalresults": str(len(rows)), "currencies": {"currency": rows}}


def get_products(desk: ActionContext, params: Params) -> Answer:
    """Hidden products too; a price of -1.00 means that the cycle is not offered."""
    wanted = {wire.integer(part) for part in params.get("pid", "").split(",") if part}
    group = wire.integer(params.get("gid"))
    found = [
        product
        for product in desk.ledger.products.values()
        if (not wanted or product.id in wanted)
        and (not group or product.gid == group)
        and params.get("module", product.module) == product.module
    ]
    rows = [_product(desk, product) for product in found]
    return {"result": "success", "totalresults": len(rows), "products": {"product": rows}}


def _product(desk: ActionContext, product: Product) -> Answer:
    slug = product.name.lower().replace(" ", "-").replace("/", "")
    return {
        "pid": product.id,
        "gid": product.gid,
        "type": "other",
        "name": desk.escape(product.name),
        "slug": slug,
        "product-url": f"{desk.base_url}/store/{slug}",
        "description": desk.escape(product.description),
        "module": product.module,
        "paytype": "recurring",
        "allowqty": 2 if product.allow_quantity else 0,
        "quantity_available": 0,
        "pricing": {
            currency.code: _pricing(currency, product.prices.get(currency.code, {}))
            for currency in desk.ledger.currencies.values()
        },
        "customfields": {
            "customfield": [
                {"id": field_id, "name": name, "description": "", "required": ""}
                for field_id, name in product.custom_fields
            ]
        },
        "configoptions": {"configoption": []},
    }


def _pricing(currency: Currency, prices: dict[str, Decimal]) -> Answer:
    return {
        "prefix": currency.prefix,
        "suffix": currency.suffix,
        **SETUP_FEES,
        **{cycle: wire.money(prices.get(cycle, NOT_OFFERED)) for cycle in CYCLES},
    }
