"""The addon's actions from the portal's side: found, lost and found again, and never believed blindly."""

import re
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from counterfoil.cli.addon_checks import addon as examined
from counterfoil.cli.findings import Verdict
from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.addon_api import ABSENCE, CHANGES, INVOICES, RELAPSE, InProgress, NotOffered, WhmcsAddon
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.orders_api import Line, OrderRefused
from tests.whmcs.scripted import Scripted, says, scripted

pytestmark = pytest.mark.anyio

SERIES = "0123456789ab"
CHANGE = {"number": 4, "id": f"cf_{SERIES}_4", "type": "ping", "age": 3, "data": []}
REPORT = {"result": "success", "version": "0.2.0", "protocol": 1, "series": SERIES, "oldest": "1", "newest": 4}
REPORT |= {"waiting": 0, "dead": 0, "changes": {"change": [CHANGE]}}
INVOICE = {"invoiceid": 5, "userid": 7, "status": "Unpaid", "subtotal": "1.00", "total": "1.00", "balance": "1.00"}
INVOICE |= {"date": "2026-11-01", "duedate": "2026-11-15", "items": "", "transactions": ""}
DENIED = {"result": "error", "message": 'Invalid Permissions: API action "counterfoilchanges" is not allowed'}
LINES = [Line(3, "monthly")]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def whmcs() -> AsyncIterator[Scripted]:
    async with scripted() as server:
        yield server


@pytest.fixture
async def client(whmcs: Scripted) -> AsyncIterator[WhmcsClient]:
    client = WhmcsClient(url=whmcs.url, identifier="i", secret="s", timeout=5)
    yield client
    await client.close()


@pytest.fixture
async def addon(client: WhmcsClient, clock: Clock) -> WhmcsAddon:
    addon = WhmcsAddon(client, timezone=ZoneInfo("UTC"), clock=clock)
    addon.is_introduced = True
    return addon


async def test_changes(whmcs: Scripted, addon: WhmcsAddon) -> None:
    """Numbers, ids, whether they were confirmed; asked for by series and number."""
    whmcs.default = says(REPORT)
    report = await addon.changes(SERIES, 3)
    assert (report.series, report.newest, report.changes[0].number) == (SERIES, 4, 4)
    assert (report.changes[0].event.type, report.changes[0].event.data) == ("ping", {})
    assert {"series": SERIES, "after": "3"}.items() <= whmcs.calls[0].items()
    await addon.changes()
    assert "after" not in whmcs.calls[1], "how things stand calls nothing applied"


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"number": "x"},
        {"id": "msg_1"},
        {"id": "cf_1_../x"},
        {"type": ""},
        {"type": "a\nb"},
        {"age": -1},
        {"data": "x"},
        {"data": {"client_id": -1}},
    ],
)
async def test_changes_that_cannot_be(whmcs: Scripted, addon: WhmcsAddon, change: dict[str, object]) -> None:
    """WHMCS's answers are hostile input, our own addon's too."""
    whmcs.default = says({**REPORT, "changes": {"change": [{**CHANGE, **change}]}})
    with pytest.raises(BillingUnavailable):
        await addon.changes(SERIES, 3)


@pytest.mark.parametrize(("rows", "after"), [([CHANGE, CHANGE], 3), ([CHANGE], 4), ([CHANGE], 9)])
async def test_changes_that_were_not_asked_for(
    whmcs: Scripted, addon: WhmcsAddon, rows: list[object], after: int
) -> None:
    """Twice the same, or known numbers again: otherwise asking would never end."""
    whmcs.default = says({**REPORT, "changes": {"change": rows}})
    with pytest.raises(BillingUnavailable):
        await addon.changes(SERIES, after)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (DENIED, ABSENCE),
        ({"result": "error", "message": "Command Not Found"}, ABSENCE),
        ({"result": "error", "message": "Counterfoil: QueryException"}, RELAPSE),
    ],
)
async def test_absence_is_remembered(
    whmcs: Scripted, addon: WhmcsAddon, clock: Clock, answer: object, seconds: float
) -> None:
    """Unknown, not allowed, or broken: not asked for again for a while, each action by itself."""
    whmcs.default = says(answer, 403 if answer == DENIED else 200)
    for _ in range(3):
        with pytest.raises(NotOffered):
            await addon.changes()
    assert len(whmcs.calls) == 1
    assert (addon.offers(CHANGES), addon.offers(INVOICES)) == (False, True)
    clock.now += seconds
    whmcs.default = says(REPORT)
    await addon.changes()


async def test_nothing_is_asked_before_it_is_introduced(whmcs: Scripted, addon: WhmcsAddon) -> None:
    addon.is_introduced = False
    for asking in (addon.changes(), addon.invoices(7, [5]), addon.add_order(7, "stripe", LINES, "order-1")):
        with pytest.raises(NotOffered):
            await asking
    assert whmcs.calls == []


async def test_whmcs_down_is_not_absence(whmcs: Scripted, addon: WhmcsAddon) -> None:
    whmcs.default = says({}, 500)
    with pytest.raises(BillingUnavailable):
        await addon.changes()
    assert addon.offers(CHANGES)


async def test_invoices(whmcs: Scripted, addon: WhmcsAddon) -> None:
    """As GetInvoice's; what is left out is not there."""
    whmcs.default = says({"result": "success", "invoices": {"invoice": [INVOICE]}})
    found = await addon.invoices(7, [5, 6])
    assert (list(found), str(found[5].balance)) == ([5], "1.00")
    assert whmcs.calls[0]["invoiceids"] == "5,6"


@pytest.mark.parametrize("rows", [[{**INVOICE, "userid": 8}], [{**INVOICE, "invoiceid": 9}], [INVOICE, INVOICE]])
async def test_invoices_of_others_are_refused(whmcs: Scripted, addon: WhmcsAddon, rows: list[object]) -> None:
    """Another client's, one that was not asked for, one twice: the whole answer is not believed."""
    whmcs.default = says({"result": "success", "invoices": {"invoice": rows}})
    with pytest.raises(BillingUnavailable):
        await addon.invoices(7, [5, 6])


async def test_order_with_a_key(whmcs: Scripted, addon: WhmcsAddon) -> None:
    """Sent once; the key makes a repeat by the caller safe."""
    whmcs.default = says({"result": "success", "orderid": "4", "serviceids": "8,9", "invoiceid": 5})
    placed = await addon.add_order(7, "stripe", LINES, "order-1")
    assert (placed.order_id, placed.service_ids, placed.invoice_id) == (4, (8, 9), 5)
    sent = {"action": "CounterfoilOrder", "clientid": "7", "pid[0]": "3"}
    assert sent.items() <= whmcs.calls[0].items()
    for gateway, tag in (("stripe", "order-1"), ("cash", "order-1"), ("stripe", "order-2")):
        await addon.add_order(7, gateway, LINES, tag)
    keys = [call["idempotencykey"] for call in whmcs.calls]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3, "another content and another order are placed under keys of their own"
    assert all(re.fullmatch("[A-Za-z0-9_-]{8,64}", key) for key in keys)


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("An order with this key is being placed", InProgress),
        ("Client ID Not Found", OrderRefused),
        ("This key was used for another order", OrderRefused),
        ("Counterfoil: QueryException", BillingUnavailable),
        ("It is not known whether the order was placed: more than one fits", BillingUnavailable),
        ("Command Not Found", NotOffered),
    ],
)
async def test_order_that_is_not_placed(
    whmcs: Scripted, addon: WhmcsAddon, message: str, error: type[Exception]
) -> None:
    """What is known, what is not known, and what is not offered are told apart."""
    whmcs.default = says({"result": "error", "message": message})
    with pytest.raises(error):
        await addon.add_order(7, "stripe", LINES, "order-1")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, "OK   whmcs addon: version 0.2.0"),
        ({"version": "0.0.9"}, "WARN whmcs addon: version 0.0.9 there, 0.2.0 here"),
        ({"protocol": 2}, "WARN whmcs addon: version"),
        ({"dead": 3}, "WARN whmcs addon messages: 0 messages wait to be sent, 3 were given up"),
        ({"waiting": 3}, "OK   whmcs addon messages: 3 messages wait"),
    ],
)
async def test_doctor_says_what_is_wrong(
    whmcs: Scripted, client: WhmcsClient, change: dict[str, object], line: str
) -> None:
    """Versions that do not belong together, and messages that do not arrive. It never fails: the addon is optional."""
    whmcs.script.append(says({**REPORT, **change}))
    _, findings = await examined(client, 9)
    lines = [finding.line for finding in findings]
    assert any(said.startswith(line) for said in lines), lines
    assert "after" not in whmcs.calls[0]


async def test_doctor_without_the_addon(whmcs: Scripted, client: WhmcsClient) -> None:
    """Says what it would be good for, and is content."""
    whmcs.default = says(DENIED, 403)
    report, (finding,) = await examined(client, 9)
    assert report is None
    assert (finding.verdict, "optional" in finding.message) == (Verdict.OK, True)
