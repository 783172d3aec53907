"""What the template of the statement of account gets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from counterfoil.billing.statement.account import Account, Statement
from counterfoil.model import Client
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.navigation import INVOICES
from counterfoil.web.views.shell import View

_SUMS = (
    (translatable("Invoices"), "invoiced"),
    (translatable("Payments"), "paid"),
    (translatable("Refunds"), "refunded"),
    (translatable("Credit"), "credited"),
    (translatable("Cancellations and adjustments"), "adjusted"),
)


class StatementPage(View, frozen=True):
    template: ClassVar[str] = "statement.html"
    section: ClassVar[str] = INVOICES.section

    statement: Statement
    client: Client
    gateway_names: Mapping[str, str] = MappingProxyType({})

    def name_of(self, gateway: str) -> str:
        """As customers know it; of one that was switched off WHMCS tells no more than its short name."""
        return self.gateway_names.get(gateway, gateway)

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def href(self) -> str:
        return f"/statement?from={self.statement.first}&to={self.statement.last}"

    @staticmethod
    def sums(account: Account) -> list[tuple[str, str]]:
        """Label and field of what stands between the opening and the closing balance, if there is any of it."""
        return [(label, name) for label, name in _SUMS if getattr(account, name).amount]
