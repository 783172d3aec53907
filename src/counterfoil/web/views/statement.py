"""What the template of the statement of account gets."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from counterfoil.billing.statement.account import Account, Statement
from counterfoil.model import Client
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.navigation import STATEMENT
from counterfoil.web.views.periods import PeriodForm
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
    section: ClassVar[str] = STATEMENT.section

    form: PeriodForm
    statement: Statement | None = None
    """None for a period that is none."""
    client: Client | None = None
    gateway_names: Mapping[str, str] = MappingProxyType({})

    def name_of(self, gateway: str) -> str:
        return self.gateway_names.get(gateway, "")

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def href(self) -> str:
        return f"/statement?from={self.form.first}&to={self.form.last}"

    @property
    def csv_href(self) -> str:
        return f"/statement.csv?from={self.form.first}&to={self.form.last}"

    @property
    def today(self) -> date:
        """Which the usual periods go by."""
        return self.form.today

    @staticmethod
    def sums(account: Account) -> list[tuple[str, str]]:
        """Label and field of what stands between the opening and the closing balance, if there is any of it."""
        return [(label, name) for label, name in _SUMS if getattr(account, name).amount]
