"""Orders in every state, and the pages on the way to one: hostile names, endless ones, nothing to order."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from counterfoil import errors
from counterfoil.billing.products import Offer, ProductItem
from counterfoil.billing.whmcs_health import ActionHealth, WhmcsHealth
from counterfoil.model import Gateway, Money
from counterfoil.orders.order import Item, Order, OrderEvent, Status, Step
from counterfoil.stop_codes import StopCode
from counterfoil.web.views.orders import ChoosePage, Chosen, OrderPage, OrderRow, ReviewPage
from counterfoil.web.views.shell import Shell, View
from counterfoil.web.views.staff.orders import StaffOrder, StaffPage
from tests.web.views.texts import ENDLESS, HOSTILE

HEALTH = WhmcsHealth("open", 1, 2, 3, (ActionHealth("GetInvoices", 4, 0.5, None, (("timeout", 2),)),))
AS_OF = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EUR = Money(Decimal("39.00"), "EUR")
FEE = Money(Decimal("5.00"), "EUR")
STRIPE = Gateway("stripe", "Credit card (Stripe)")
FIBRE = ProductItem(
    2, "Fibre 100 Mbit/s", "For small offices & homes.", (Offer("monthly", EUR, None), Offer("annually", EUR, FEE))
)
HOSTING = ProductItem(4, HOSTILE + ENDLESS, HOSTILE, (Offer("onetime", EUR, None),))
CHOSEN = Chosen(FIBRE, Item(2, "annually", 3, FIBRE.name, EUR, FEE), STRIPE)


def order(status: Status, **changes: Any) -> OrderRow:
    given: dict[str, Any] = {
        "id": "0123456789abcdef",
        "origin": "portal",
        "client_id": 1,
        "gateway": "stripe",
        "items": (CHOSEN.item, Item(4, "onetime", 1, HOSTILE)),
        "status": status,
        "step": Step.CHECK,
        "created_at": AS_OF,
        "updated_at": AS_OF,
    }
    return OrderRow(Order(**given | changes))


STOPPED = order(Status.FAILED, error_code=StopCode.PAYMENT_METHOD_MISSING, items=(CHOSEN.item,))
EVENTS = (OrderEvent(AS_OF, "check", "checked"), OrderEvent(AS_OF, "place", f"stopped: {HOSTILE}{ENDLESS}"))


def detail(row: OrderRow, **changes: Any) -> OrderPage:
    return OrderPage(row=row, may_add=True, may_see_invoice=True, **changes)


def order_pages(shell: Shell) -> dict[str, tuple[View, Shell]]:
    review = ReviewPage(chosen=CHOSEN, key="k", is_ready=True, may_add=True)
    missing = errors.PaymentMethodMissing()
    views: dict[str, View] = {
        "order": ChoosePage(
            products=(FIBRE, HOSTING),
            gateways=(STRIPE, Gateway("x", HOSTILE)),
            orders=(STOPPED, order(Status.ACTIVE)),
            as_of=AS_OF,
            offer="2:monthly",
        ),
        "order-nothing": ChoosePage(products=(), gateways=(), orders=(), as_of=AS_OF),
        "order-refused": ChoosePage(
            products=(FIBRE,), gateways=(STRIPE,), orders=(), as_of=AS_OF, error="Please choose what you want to order."
        ),
        "order-review": review,
        "order-review-again": ReviewPage(
            chosen=CHOSEN, key="k", is_ready=True, may_add=True, lately=order(Status.ACTIVE).order, minutes=1
        ),
        "order-without-method": ReviewPage(chosen=CHOSEN, key="k", is_ready=False, may_add=True, error=missing),
        "order-new-price": ReviewPage(chosen=CHOSEN, key="k", is_ready=True, may_add=False, has_changed=True),
        **{f"order-{status}": detail(order(status)) for status in Status if status is not Status.FAILED},
        **{
            f"order-stopped-{code.lower()}": detail(order(Status.FAILED, error_code=code), error=missing)
            for code in StopCode
        },
        "staff": StaffPage(
            stopped=(StaffOrder(STOPPED, EVENTS, HOSTILE),),
            waiting=(StaffOrder(order(Status.FULFILLING), EVENTS),),
            health=HEALTH,
        ),
        "staff-nothing": StaffPage(stopped=(), waiting=(), health=HEALTH, error=missing),
    }
    return {name: (view, shell) for name, view in views.items()}
