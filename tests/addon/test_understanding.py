"""The portal's own client and the addon in real PHP, over HTTP: do they mean the same?"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from counterfoil.whmcs.addon_api import NotOffered, WhmcsAddon
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.orders_api import Line, OrderRefused
from tests.addon.installation import ADDON, Installation
from tests.addon.receiver import Receiver
from tests.addon.test_delivery import paid
from tests.processes import Child, accepts, free_port

pytestmark = pytest.mark.anyio


@contextmanager
def api_of(whmcs: Installation, folder: Path) -> Iterator[str]:
    port = free_port()
    command = ["php", "-S", f"127.0.0.1:{port}", str(Path(__file__).parent / "php/server.php")]
    environment = {"PATH": os.environ["PATH"], "DATABASE": json.dumps(whmcs.database), "ADDON": str(ADDON)}
    child = Child(command, folder / "php.log", env=environment)
    child.start(lambda: accepts(port))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        child.stop()


async def test_portal_and_addon_understand_each_other(whmcs: Installation, portal: Receiver, tmp_path: Path) -> None:
    """The actions over HTTP, by the portal's own client: numbers, several invoices, an order with a key; and refused
    by the role until it has them."""
    portal.status = 503
    whmcs.sql("insert into tblinvoices (id, userid, status, total) values (5, 7, 'Unpaid', '10.00')")
    whmcs.sql("insert into tblapi_roles (role, permissions) values ('Portal', '{}')")
    whmcs.play(paid(5), paid(6))
    with api_of(whmcs, tmp_path) as url:
        client = WhmcsClient(url=url, identifier="i", secret="s", timeout=10)
        addon = WhmcsAddon(client, timezone=ZoneInfo("UTC"))
        addon.is_introduced = True
        with pytest.raises(NotOffered):
            await addon.changes()
        whmcs.play(["form", {"counterfoil_do": "allow", "role": "1"}])
        addon = WhmcsAddon(client, timezone=ZoneInfo("UTC"))
        addon.is_introduced = True

        standing = await addon.changes()
        assert (standing.newest, standing.waiting, standing.changes) == (2, 2, ())
        report = await addon.changes(standing.series, 0)
        assert [change.event.data for change in report.changes] == [
            {"invoice_id": 5, "client_id": 7},
            {"invoice_id": 6},
        ]
        found = await addon.invoices(7, [5, 6])
        assert {number: str(invoice.balance) for number, invoice in found.items()} == {5: "10.00"}
        placed = await addon.add_order(7, "stripe", [Line(3, "monthly")], "order-1")
        assert placed == await addon.add_order(7, "stripe", [Line(3, "monthly")], "order-1")
        with pytest.raises(OrderRefused):
            await addon.add_order(7, "cash", [Line(3, "monthly")], "order-1")
        await client.close()
    assert len(whmcs.sql("select id from tblorders")) == 1
