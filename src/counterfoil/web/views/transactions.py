"""What the template of payments and refunds gets."""

from typing import ClassVar

from counterfoil.billing.paged import Paged
from counterfoil.billing.transactions import TransactionItem
from counterfoil.web.views.navigation import TRANSACTIONS
from counterfoil.web.views.pager import Pager
from counterfoil.web.views.shell import View

_PLAIN = ("Invoice Payment", "Refund of Transaction ID")
"""How WHMCS begins the descriptions that it writes itself."""


class TransactionsPage(View, frozen=True):
    template: ClassVar[str] = "transactions/list.html"
    section: ClassVar[str] = TRANSACTIONS.section

    transactions: Paged[TransactionItem]

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def pager(self) -> Pager:
        return Pager.of(TRANSACTIONS.href, self.transactions)

    def is_plain(self, transaction: TransactionItem) -> bool:
        """Whether WHMCS's description says no more than "Payment" or "Refund", which the page says in its language."""
        return transaction.description.startswith(_PLAIN) or not transaction.description
