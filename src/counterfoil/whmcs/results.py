"""What WhmcsApi's methods answer beyond the nouns of model.py."""

from msgspec import Struct

from counterfoil.model import InvoiceRow


class Login(Struct, frozen=True):
    """The password is right. With `two_factor` that is not enough: WHMCS says success for such users too."""

    user_id: int
    two_factor: bool


class InvoiceRows(Struct, frozen=True):
    """One page. `total`: how many there are in all; `returned`: how many came, for the next `limitstart`."""

    rows: tuple[InvoiceRow, ...]
    total: int
    returned: int


class WhmcsDetails(Struct, frozen=True):
    version: str
    """E.g. "8.13.1-release.1"."""
