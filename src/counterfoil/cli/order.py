"""`counterfoil order show`: one order as the portal has it, with everything that happened to it."""

from collections.abc import Sequence
from datetime import datetime

import click
import msgspec
from msgspec import Struct

from counterfoil.db.commands import current_database, loaded_settings, run
from counterfoil.orders.order import Order, OrderEvent
from counterfoil.orders.repository import OrderRepository

MOST = 10
"""Orders that one number can mean are few: ours, Salesforce's and WHMCS's differ in form."""


class ShownOrder(Struct, frozen=True):
    order: Order
    error: str
    """In words, if it stopped."""
    events: tuple[OrderEvent, ...]


@click.group("order")
def order() -> None:
    """Look at one order."""


@order.command()
@click.argument("number", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For programs: a JSON list.")
def show(number: str, *, as_json: bool) -> None:
    """Show an order by our id, by its Salesforce id, or by WHMCS's number of it. Exit code 1: there is none."""
    found = run(_found(number.strip().removeprefix("#")))
    if not found:
        raise click.ClickException(f"there is no order {number}")
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    click.echo("\n\n".join("\n".join(_lines(each)) for each in found))


async def _found(number: str) -> list[ShownOrder]:
    if not number:
        return []
    async with current_database(loaded_settings()) as engine:
        repository = OrderRepository(engine)
        found = await repository.search(number, None, MOST, exactly=True)
        return [await _with_events(repository, each) for each in found]


async def _with_events(repository: OrderRepository, found: Order) -> ShownOrder:
    words = found.error_code.words if found.error_code else ""
    # What a caller's program chose to call its request is nobody else's.
    shown = msgspec.structs.replace(found, idempotency_key=None, body_hash=None)
    return ShownOrder(shown, words, tuple(await repository.events(found.id)))


def _lines(shown: ShownOrder) -> list[str]:
    found = shown.order
    said = [
        ("order", found.id),
        ("status", found.status.value),
        ("next step", found.step.value),
        ("client", str(found.client_id or "not known")),
        ("placed by", f"account {found.account_id}" if found.account_id else "sales staff, in Salesforce"),
        ("placed", _at(found.created_at)),
        ("changed", _at(found.updated_at)),
        ("due", _at(found.due_at) if found.due_at else ""),
        ("error", f"{found.error_code}: {shown.error}" if found.error_code else ""),
        ("Salesforce", found.salesforce_id or ""),
        ("WHMCS order", str(found.whmcs_order_id or "")),
        ("WHMCS invoice", str(found.whmcs_invoice_id or "")),
        ("WHMCS services", ", ".join(map(str, found.whmcs_service_ids))),
        *[("item", f"{each.quantity} x {each.name or each.product_id}, {each.billing_cycle}") for each in found.items],
    ]
    return [f"{name + ':':16}{text}" for name, text in said if text] + _happened(shown.events)


def _happened(events: Sequence[OrderEvent]) -> list[str]:
    return [f"  {_at(each.at)}  {each.step:18}{each.outcome}" for each in events]


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"
