"""What the template of the credit and its changes gets: the second tab of payments."""

from typing import ClassVar

from counterfoil.billing.credits import CreditItem
from counterfoil.billing.paged import Paged
from counterfoil.model import Money
from counterfoil.web.views.navigation import CREDIT
from counterfoil.web.views.pager import Pager
from counterfoil.web.views.shell import View


class CreditPage(View, frozen=True):
    template: ClassVar[str] = "transactions/credit.html"
    section: ClassVar[str] = CREDIT.section

    entries: Paged[CreditItem]
    balance: Money | None

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def pager(self) -> Pager:
        return Pager.of("/credit", self.entries)
