"""What the template of quotes gets, and words for WHMCS's states of them."""

from datetime import date
from typing import ClassVar

from counterfoil.billing.paged import Paged
from counterfoil.billing.quotes import QuoteItem, sums_of
from counterfoil.model import Money, QuoteStatus
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.badges import Badge
from counterfoil.web.views.money.sums import sum_label
from counterfoil.web.views.navigation import QUOTES
from counterfoil.web.views.pager import Pager
from counterfoil.web.views.shell import View

_BADGES = {
    QuoteStatus.DELIVERED: Badge(translatable("Open"), "due", "clock"),
    QuoteStatus.ON_HOLD: Badge(translatable("On hold"), "wait", "progress"),
    QuoteStatus.ACCEPTED: Badge(translatable("Accepted"), "good", "check"),
    QuoteStatus.LOST: Badge(translatable("Declined"), "mute", "cross"),
    QuoteStatus.DEAD: Badge(translatable("Withdrawn"), "mute", "cross"),
}
_DATES = {"issued_on", "valid_until", "accepted_on"}
_EXPIRED = Badge(translatable("Expired"), "mute", "clock")


class QuotesPage(View, frozen=True):
    template: ClassVar[str] = "quotes/list.html"
    section: ClassVar[str] = QUOTES.section

    quotes: Paged[QuoteItem]
    today: date

    @property
    def live(self) -> str:
        return "invoices profile"

    @property
    def pager(self) -> Pager:
        return Pager.of(QUOTES.href, self.quotes)

    def lacks_date(self, quote: QuoteItem) -> bool:
        return bool(_DATES & set(quote.unreadable))

    def lacks_text(self, quote: QuoteItem) -> bool:
        return bool(set(quote.unreadable) - _DATES)

    def sums(self, quote: QuoteItem) -> list[tuple[str, Money]]:
        """Label and amount of each row."""
        return [(sum_label(row), row.amount) for row in sums_of(quote)]

    def badge(self, quote: QuoteItem) -> Badge:
        return _EXPIRED if quote.is_expired else _BADGES[quote.status]
