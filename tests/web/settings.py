"""The settings of a portal of which a test needs no more than that."""

from counterfoil.settings import Settings, load

_NEEDED = {
    "secret_key": "k" * 32,
    "whmcs_url": "https://billing.example/whmcs",
    "whmcs_identifier": "identifier",
    "whmcs_secret": "secret",
}


def settings(**changes: str) -> Settings:
    return load({f"COUNTERFOIL_{name.upper()}": value for name, value in (_NEEDED | changes).items()})
