"""A client made of the description by a public generator, which knows nothing else of the portal."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.stack import Stack


@pytest.fixture(scope="module")
def generated(portal: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of its package, which can be imported."""
    folder = tmp_path_factory.mktemp("generated")
    generator = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none"]
    (folder / "without_hooks.yaml").write_text("post_hooks: []\n")
    options = ["--config", str(folder / "without_hooks.yaml"), "--output-path", str(folder / "portal_client")]
    made = subprocess.run(
        [*generator, "--url", f"{portal.url}/api/openapi.json", *options],
        capture_output=True,
        text=True,
        timeout=250,
        check=True,
    )
    assert "Warning" not in made.stdout, made.stdout
    sys.path.insert(0, str(folder))
    try:
        yield "portal_client"
    finally:
        sys.path.remove(str(folder))


def test_it_signs_in_lists_orders_and_switches(portal: Stack, generated: str) -> None:
    """Every answer is understood: as what was promised, or as the problem that it is."""
    with import_module(generated).Client(base_url=portal.url) as client:
        _go_through(client, generated)


def _go_through(client: Any, generated: str) -> None:
    models = import_module(f"{generated}.models")

    def call(name: str, **arguments: Any) -> Any:
        return import_module(f"{generated}.api.default.api_v1_{name}").sync_detailed(client=client, **arguments)

    refused = call("invoices_list_invoices")
    assert (refused.status_code, refused.parsed.code) == (401, "not_signed_in")
    signed_in = call("session_sign_in", body=models.Credentials("chidi@example.com", "demo-password-1"))
    assert signed_in.status_code == 204
    assert {each.client_id for each in call("session_show_session").parsed.clients} == {1, 3, 4}

    sort = models.ApiV1InvoicesListInvoicesSort("-total")
    invoices = call("invoices_list_invoices", page_size=5, sort=sort).parsed
    assert len(invoices.items) == 5
    first = call("invoices_invoice_id_get_invoice", invoice_id=str(invoices.items[0].id)).parsed
    assert (first.number, first.total.amount) == (invoices.items[0].number, invoices.items[0].total.amount)
    missing = call("invoices_invoice_id_get_invoice", invoice_id="999999")
    assert missing.parsed.code == "invoice_not_found"

    offer = call("products_list_products").parsed.items[0]
    item = models.ItemBody(product_id=offer.id, billing_cycle=offer.offers[0].billing_cycle)
    order = call("orders_place_order", idempotency_key="generated", body=models.OrderBody([item])).parsed
    assert call("orders_order_id_get_order", order_id=order.id).parsed.items[0].product_id == offer.id
    assert order.id in {each.id for each in call("orders_list_orders").parsed.items}

    assert call("session_client_switch_client", body=models.ClientChoice(4)).status_code == 204
    assert call("session_show_session").parsed.client_id == 4
    assert call("session_client_switch_client", body=models.ClientChoice(2)).parsed.code == "client_not_found"
    assert call("session_sign_out").status_code == 204
