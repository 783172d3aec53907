"""Services as WHMCS sends them."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from counterfoil.model import BillingCycle, Subscription, SubscriptionStatus
from counterfoil.whmcs.wire import subscriptions
from counterfoil.whmcs.wire.values import Untrustworthy
from tests.whmcs.answers import Answer, service
from tests.whmcs.conftest import Logged

UTC = ZoneInfo("UTC")


def read(*rows: Answer) -> tuple[Subscription, ...]:
    return subscriptions.subscriptions({"products": {"product": list(rows)}}, 7, UTC)


def test_services() -> None:
    """Passwords and user names of services stay behind; what is paid once shows what was paid."""
    hidden = {"serverip": "canary-ip", "assignedips": "canary-ips", "notes": "canary-notes", "ns1": "canary-ns"}
    monthly, once = read(service(**hidden), service(id=2, billingcycle="One Time", nextduedate="0000-00-00"))
    assert (monthly.id, monthly.amount, monthly.next_due_on) == (1, Decimal("12.95"), date(2026, 11, 25))
    assert (once.amount, once.next_due_on) == (Decimal("20.00"), None)
    assert b"canary" not in msgspec.json.encode([monthly, once])


def test_text_is_decoded_once() -> None:
    [found] = read(service(name="Fibre &amp;lt;1&amp;gt;", groupname="Caf&eacute;", domain="a&amp;b.example", qty="3"))
    assert (found.name, found.group, found.domain, found.quantity) == ("Fibre &lt;1&gt;", "Café", "a&b.example", 3)


@pytest.mark.parametrize("rows", [service(), {"0": service()}, [service()]], ids=["bare", "numbered", "list"])
def test_one_service_in_any_shape(rows: object) -> None:
    assert len(subscriptions.subscriptions({"products": {"product": rows}}, 7, UTC)) == 1


@pytest.mark.parametrize("empty", ["", [], {}, None, {"product": []}, {"product": ""}], ids=str)
def test_no_services_in_any_shape(empty: object) -> None:
    assert subscriptions.subscriptions({"products": empty}, 7, UTC) == ()


@pytest.mark.parametrize(
    ("written", "cycle"),
    [
        ("Free Account", "free"),
        ("Free", "free"),
        ("One Time", "onetime"),
        ("onetime", "onetime"),
        ("Monthly", "monthly"),
        ("Quarterly", "quarterly"),
        ("Semi-Annually", "semiannually"),
        ("Annually", "annually"),
        ("Biennially", "biennially"),
        ("Triennially", "triennially"),
    ],
)
def test_billing_cycles(written: str, cycle: str) -> None:
    assert read(service(billingcycle=written))[0].billing_cycle is BillingCycle(cycle)


@pytest.mark.parametrize("cycle", ["Fortnightly", "", None])
def test_an_unknown_cycle_is_not_guessed(cycle: str | None) -> None:
    """Nobody's service is free because a word is missing, nor monthly: the row names what it lacks."""
    (found,) = read(service(billingcycle=cycle))
    assert (found.billing_cycle, found.unreadable) == (None, ("billing_cycle",))


@pytest.mark.parametrize("cycle", ["Monthly", "One Time", "Free Account"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_an_amount_that_is_missing_is_not_zero(cycle: str, nothing: str | None) -> None:
    (found,) = read(service(billingcycle=cycle, recurringamount=nothing, firstpaymentamount=nothing))
    assert (found.amount, found.unreadable) == (None, ("amount",))


@pytest.mark.parametrize("status", list(SubscriptionStatus))
def test_statuses(status: SubscriptionStatus) -> None:
    assert read(service(status=status.value.title()))[0].status is status


def test_a_status_of_a_module_is_shown_as_pending(logged: Logged) -> None:
    """And the operator is told."""
    assert read(service(id=5, status="Migrating"))[0].status is SubscriptionStatus.PENDING
    assert logged()[0]["service_id"] == 5


@pytest.mark.parametrize("odd", [{"clientid": 8}, {"clientid": None}, {"id": "0"}], ids=str)
def test_one_row_that_cannot_be_trusted_refuses_all(odd: Answer) -> None:
    """Another client's row above all."""
    with pytest.raises(Untrustworthy):
        read(service(), service(**{"id": 2, **odd}))
