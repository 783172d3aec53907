"""What Northwind Internet sells, in which currencies, and how one can pay."""

from decimal import Decimal

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.records import Currency, Gateway, Product

EUR, JPY, GBP, BHD = 1, 2, 3, 4

CURRENCIES = (
    Currency(EUR, "EUR", "€", " EUR", 1, "1.00000"),
    Currency(JPY, "JPY", "¥", " JPY", 4, "163.20000"),
    Currency(GBP, "GBP", "£", " GBP", 2, "0.86000"),
    # Nobody's at first, and with three digits in the world but two in WHMCS.
    Currency(BHD, "BHD", "BD ", " BHD", 1, "0.41000"),
)

GATEWAYS = (
    Gateway("stripe", "Credit card (Stripe)", is_card=True),
    Gateway("gocardless", "Direct Debit"),
    Gateway("paypalcheckout", "PayPal"),
    Gateway("banktransfer", "Bank Transfer"),
)


def _prices(monthly: str, annually: str, yen: str) -> dict[str, dict[str, Decimal]]:
    euro = {"monthly": Decimal(monthly), "annually": Decimal(annually)}
    pound = {"monthly": Decimal(monthly) * 9 / 10}
    return {"EUR": euro, "GBP": pound, "JPY": {"monthly": Decimal(yen)}}


ORDER_TAG_FIELD = 7
"""The product custom field in which the portal may leave its order's tag."""

_TAG = ((ORDER_TAG_FIELD, "Portal order"),)

PRODUCTS = (
    Product(
        id=1,
        gid=1,
        group="Fibre",
        name="Fibre 1 Gbit/s",
        description="Symmetric fibre, router included.",
        prices=_prices("98.00", "1058.40", "6600.00"),
        custom_fields=_TAG,
    ),
    Product(
        id=2,
        gid=1,
        group="Fibre",
        name="Fibre 100 Mbit/s",
        description="For small offices & homes.",
        prices=_prices("39.00", "421.20", "4400.00"),
        custom_fields=_TAG,
    ),
    Product(
        id=3,
        gid=2,
        group="Add-ons",
        name="Static IP address",
        description="One fixed IPv4 address.",
        allow_quantity=True,
        prices={"EUR": {"monthly": Decimal("14.08")}, "JPY": {"monthly": Decimal("1100.00")}},
        custom_fields=_TAG,
    ),
    Product(
        id=4,
        gid=3,
        group="Hosting",
        name="Web hosting S",
        description="10 GB, mail, certificates.",
        module="cpanel",
        prices=_prices("12.50", "135.00", "2200.00"),
        custom_fields=_TAG,
    ),
    Product(
        id=5,
        gid=1,
        group="Fibre",
        name="DSL 16 (no longer sold)",
        description="Kept for customers who still have it.",
        hidden=True,
        prices={"EUR": {"monthly": Decimal("24.90")}},
    ),
)


def seed_catalogue(ledger: Ledger) -> None:
    ledger.currencies = {currency.id: currency for currency in CURRENCIES}
    ledger.gateways = {gateway.module: gateway for gateway in GATEWAYS}
    ledger.products = {product.id: product for product in PRODUCTS}
