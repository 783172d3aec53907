"""What a customer is shown is what is ordered: the whole portal, and a WHMCS whose prices change in between."""

import asyncio
import re
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import httpx2
import msgspec
import pytest

from counterfoil.app.build import build_portal
from counterfoil_sandbox.whmcs.switches import Fault
from tests.databases import give_schema
from tests.orders.neighbours import Neighbours, settings_of

pytestmark = pytest.mark.anyio

CHOICE = {"offer": "1:monthly", "quantity": "1", "gateway": "banktransfer"}
AGREED = "98.00 EUR"


@pytest.fixture
async def ada(around: Neighbours, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """Signed in to a portal before this WHMCS."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    give_schema(url)
    settings = settings_of(around, url, whmcs_timeout_seconds="5")
    portal = build_portal(settings)
    async with (
        portal.lifespan(),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(portal), base_url=settings.base_url, timeout=60) as ada,
    ):
        sign_in = {"email": "ada@example.com", "password": "demo-password-1"}
        (await ada.post("/api/v1/session", json=sign_in)).raise_for_status()
        yield ada


async def review(ada: httpx2.AsyncClient) -> dict[str, str]:
    """The form with which the choice is ordered."""
    page = (await ada.get("/order", params=CHOICE)).raise_for_status().text
    return CHOICE | {name: re.findall(f'name="{name}" value="([^"]+)"', page)[0] for name in ("key", "seen")}


def reprice(around: Neighbours, amount: str) -> None:
    products = around.whmcs.ledger.products
    products[1] = msgspec.structs.replace(products[1], prices={"EUR": {"monthly": Decimal(amount)}})


def times_read(around: Neighbours) -> int:
    """How often the portal has asked for prices."""
    return [call.action for call in list(around.whmcs.calls.seen)].count("GetProducts")


async def test_a_price_that_the_customer_never_saw_is_not_stored(around: Neighbours, ada: httpx2.AsyncClient) -> None:
    """It changes just after the portal has read it: 98.00 was agreed on, so 98.00 is ordered or nothing."""
    form = await review(ada)
    assert form["seen"] == AGREED
    around.whmcs.calls.clear()
    # Read when the call begins, answered a second later: whoever asks again sees the new price.
    slow = Fault(kind="latency", action="GetProducts", seconds=1.0, read_at=0.0, times=1)
    around.whmcs.switches.add_fault(slow)
    placing = asyncio.create_task(ada.post("/order", data=form))
    for _ in range(1000):
        if times_read(around):
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    reprice(around, "999.00")
    answer = await placing
    orders = (await ada.get("/api/v1/orders")).json()["items"]
    assert [order["total"] for order in orders] == [{"amount": "98.00", "currency": "EUR"}]
    assert answer.status_code == 303


async def test_another_price_than_agreed_on_is_shown_first(around: Neighbours, ada: httpx2.AsyncClient) -> None:
    """One read finds that the price is another one, and it is the price of that read which is shown and agreed on."""
    form = await review(ada)
    reprice(around, "120.00")
    around.whmcs.calls.clear()
    answer = await ada.post("/order", data=form)
    assert answer.status_code == 409
    assert "The price has changed." in answer.text
    assert 'value="120.00 EUR"' in answer.text
    assert times_read(around) == 1
    assert (await ada.get("/api/v1/orders")).json()["total"] == 0
    assert (await ada.post("/order", data=form | {"seen": "120.00 EUR"})).status_code == 303
    orders = (await ada.get("/api/v1/orders")).json()["items"]
    assert [order["total"]["amount"] for order in orders] == ["120.00"]


async def test_what_is_no_price_agrees_with_none(ada: httpx2.AsyncClient) -> None:
    """Whatever a form sends in its place, the customer sees the price first."""
    for seen in ("", "98.00", "98.00 GBP", "98 EUR EUR", "1e3 EUR", "9" * 5000 + " EUR"):
        answer = await ada.post("/order", data=CHOICE | {"key": "a1", "seen": seen})
        assert (answer.status_code, "The price has changed." in answer.text) == (409, True), seen


async def test_what_is_not_on_offer_any_more_is_chosen_anew(around: Neighbours, ada: httpx2.AsyncClient) -> None:
    """Withdrawn between the review and the order."""
    form = await review(ada)
    del around.whmcs.ledger.products[1]
    answer = await ada.post("/order", data=form)
    assert answer.status_code == 422
    assert "Please choose what you want to order." in answer.text


async def test_any_quantity_is_one_that_can_be_ordered(ada: httpx2.AsyncClient) -> None:
    """A number that nobody could count to is no error of ours."""
    for number, quantity in enumerate(("9" * 5000, "0", "many", "-1")):
        choice = CHOICE | {"quantity": quantity}
        shown = await ada.get("/order", params=choice)
        assert shown.status_code == (200 if len(quantity) < 1000 else 400), quantity
        orders = (await ada.get("/api/v1/orders")).json()["items"]
        knows = {"again": orders[0]["id"]} if orders else {}
        placed = await ada.post("/order", data=choice | {"key": f"a{number}", "seen": AGREED} | knows)
        assert placed.status_code == 303, quantity


async def test_the_same_order_again_is_asked_about(ada: httpx2.AsyncClient) -> None:
    """Back, and "Place the order" again: nothing is ordered until the person has said that they want another one."""
    first = await ada.post("/order", data=await review(ada))
    assert first.status_code == 303
    form = await review(ada)
    asked = await ada.post("/order", data=form)
    assert (asked.status_code, "You ordered this a minute ago. Again?" in asked.text) == (409, True)
    assert f'href="{first.headers["location"]}"' in asked.text
    assert (await ada.get("/api/v1/orders")).json()["total"] == 1

    (known,) = re.findall('name="again" value="([^"]+)"', asked.text)
    places = [(await ada.post("/order", data=form | {"again": known})).headers["location"] for _ in range(2)]
    assert places[0] == places[1] != first.headers["location"]
    assert (await ada.get("/api/v1/orders")).json()["total"] == 2

    third = await ada.post("/order", data=await review(ada) | {"again": known})
    assert third.status_code == 409, "what they know of is not the latest"
    another = await ada.post("/order", data=form | {"key": "another", "quantity": "2", "seen": "196.00 EUR"})
    assert another.status_code == 303
