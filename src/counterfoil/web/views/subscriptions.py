"""What the template of subscriptions gets, and words for WHMCS's states of them."""

from datetime import date
from typing import ClassVar

from counterfoil.billing.paged import Paged
from counterfoil.billing.subscriptions import SubscriptionItem
from counterfoil.model import SubscriptionStatus
from counterfoil.web.text.catalogue import in_context, translatable
from counterfoil.web.views.badges import Badge
from counterfoil.web.views.cycles import cycle_words
from counterfoil.web.views.navigation import SUBSCRIPTIONS
from counterfoil.web.views.pager import Pager
from counterfoil.web.views.shell import View

_BADGES = {
    SubscriptionStatus.ACTIVE: Badge(in_context("subscription", "Active"), "good", "check"),
    SubscriptionStatus.PENDING: Badge(translatable("Being set up"), "wait", "progress"),
    SubscriptionStatus.SUSPENDED: Badge(translatable("Suspended"), "late", "alert"),
    SubscriptionStatus.COMPLETED: Badge(translatable("Completed"), "mute", "check"),
    SubscriptionStatus.CANCELLED: Badge(in_context("subscription", "Cancelled"), "mute", "cross"),
    SubscriptionStatus.TERMINATED: Badge(translatable("Ended"), "mute", "cross"),
    SubscriptionStatus.FRAUD: Badge(translatable("Stopped by fraud check"), "late", "alert"),
}


class SubscriptionsPage(View, frozen=True):
    template: ClassVar[str] = "subscriptions/list.html"
    section: ClassVar[str] = SUBSCRIPTIONS.section

    subscriptions: Paged[SubscriptionItem]
    current_count: int
    next_renewal: date | None
    today: date
    may_change: bool = False
    """Change and cancel, in WHMCS, what has not ended."""

    @property
    def live(self) -> str:
        return "subscriptions order profile"

    @property
    def pager(self) -> Pager:
        return Pager.of(SUBSCRIPTIONS.href, self.subscriptions)

    def due(self, subscription: SubscriptionItem) -> date | None:
        """What is suspended has a day only while that is to come."""
        day = subscription.falls_due_on
        return subscription.renews_on or (day if day and day >= self.today else None)

    def badge(self, subscription: SubscriptionItem) -> Badge | None:
        return (
            None if "status" in subscription.unreadable or subscription.status is None else _BADGES[subscription.status]
        )

    def cycle(self, subscription: SubscriptionItem) -> str:
        cycle = subscription.billing_cycle
        return translatable("Billing cycle cannot be shown") if cycle is None else cycle_words(cycle)
