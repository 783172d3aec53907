"""What pages say of a payment that WHMCS has not confirmed yet, and how often they look."""

from collections.abc import Mapping
from types import MappingProxyType

from counterfoil.billing.invoices.shown import InvoiceDetail, InvoiceItem
from counterfoil.billing.payment_attempts import Stage
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.badges import Badge

NONE: Mapping[int, Stage] = MappingProxyType({})

OFTEN, EVERY_SO_OFTEN = 5, 30
"""Seconds: one invoice, and a list, of which each look costs WHMCS more."""

BADGES = {
    Stage.WAITING: Badge(translatable("Waiting for payment"), "wait", "progress"),
    Stage.CHECKING: Badge(translatable("Checking payment"), "wait", "progress"),
    Stage.UNCONFIRMED: Badge(translatable("Not confirmed yet"), "due", "alert"),
}
"""Instead of "To pay"; after a link that failed the invoice is simply to pay."""

NOT_OPENED = translatable("Payment page not opened")
"""The title of PaymentPageUnavailable; here so that it is in the catalogues."""

URGENCY = (Stage.CHECKING, Stage.WAITING, Stage.UNCONFIRMED, Stage.FAILED)
"""Which of several a list speaks of."""


def stage_of(invoice: InvoiceItem | InvoiceDetail, stages: Mapping[int, Stage]) -> Stage | None:
    """None once there is nothing to pay on it, whatever was recorded."""
    return stages.get(invoice.id) if invoice.is_payable else None


def is_under_way(stage: Stage | None) -> bool:
    """Then to pay is not offered a second time as if nothing were."""
    return stage in {Stage.WAITING, Stage.CHECKING}
