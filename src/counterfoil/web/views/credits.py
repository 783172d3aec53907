"""What the template of the credit and its changes gets: the second tab of payments."""

from typing import ClassVar

from counterfoil.billing.credits import CreditItem, CreditKind
from counterfoil.billing.paged import Paged
from counterfoil.model import Money
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.navigation import TRANSACTIONS
from counterfoil.web.views.pager import Pager
from counterfoil.web.views.shell import View

_WORDS = {
    CreditKind.APPLIED: translatable("Used for an invoice"),
    CreditKind.TAKEN_BACK: translatable("Taken back from an invoice"),
    CreditKind.OVERPAID: translatable("Paid beyond the total of an invoice"),
    CreditKind.DEPOSIT: translatable("Deposit"),
    CreditKind.REFUNDED: translatable("Refund of an invoice"),
}


class CreditPage(View, frozen=True):
    template: ClassVar[str] = "transactions/credit.html"
    section: ClassVar[str] = TRANSACTIONS.section

    entries: Paged[CreditItem]
    balance: Money | None

    def words(self, entry: CreditItem) -> str:
        """A text of the catalogue, for what WHMCS writes by itself."""
        return _WORDS.get(entry.kind, "")

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def pager(self) -> Pager:
        return Pager.of("/credit", self.entries)
