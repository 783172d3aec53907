"""What the installation offers: gateways, products, currencies, its own version."""

from decimal import Decimal

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import Currency, Product

from .context import ActionContext, Answer, Params

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")
NOT_OFFERED = Decimal("-1.00")
SETUP_FEES = {f"{cycle[0]}setupfee": "0.00" for cycle in CYCLES}


def whmcs_details(context: ActionContext, params: Params) -> Answer:
    version = context.switches.version
    return {"result": "success", "whmcs": {"version": version, "canonicalversion": f"{version}-release.1"}}


def get_payment_methods(context: ActionContext, params: Params) -> Answer:
    """These are the gateways."""
    rows = [
        {"module": gateway.module, "displayname": context.escape(gateway.displayname)}
        for gateway in context.ledger.gateways.values()
    ]
    return {"result": "success", "totalresults": len(rows), "paymentmethods": {"paymentmethod": rows}}


def get_currencies(context: ActionContext, params: Params) -> Answer:
    rows = [
        {
            "id": str(currency.id),
            "code": currency.code,
            "prefix": currency.prefix,
            "suffix": currency.suffix,
            "format": str(currency.format),
            "rate": currency.rate,
        }
        for currency in context.ledger.currencies.values()
    ]
    return {"result": "success", "totalresults": str(len(rows)), "currencies": {"currency": rows}}


def get_products(context: ActionContext, params: Params) -> Answer:
    """Hidden products too; a price of -1.00 means that the cycle is not offered."""
    wanted = {wire.integer(part) for part in params.get("pid", "").split(",") if part}
    group = wire.integer(params.get("gid"))
    found = [
        product
        for product in context.ledger.products.values()
        if (not wanted or product.id in wanted)
        and (not group or product.gid == group)
        and params.get("module", product.module) == product.module
    ]
    rows = [_product(context, product) for product in found]
    return {"result": "success", "totalresults": len(rows), "products": {"product": rows}}


def _product(context: ActionContext, product: Product) -> Answer:
    slug = product.name.lower().replace(" ", "-").replace("/", "")
    return {
        "pid": product.id,
        "gid": product.gid,
        "type": "other",
        "name": context.escape(product.name),
        "slug": slug,
        "product-url": f"{context.base_url}/store/{slug}",
        "description": context.escape(product.description),
        "module": product.module,
        "paytype": "recurring",
        "allowqty": 2 if product.allow_quantity else 0,
        "quantity_available": 0,
        "pricing": {
            currency.code: _pricing(currency, product.prices.get(currency.code, {}))
            for currency in context.ledger.currencies.values()
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
