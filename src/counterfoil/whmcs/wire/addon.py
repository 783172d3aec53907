"""What our addon in WHMCS answers -> results. It is a part of WHMCS, hence as little trusted as the rest."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from counterfoil.model import Invoice
from counterfoil.signing import BadBody
from counterfoil.whmcs.results import ChangeReport, NumberedChange
from counterfoil.whmcs.webhooks import Event, ids_of, series_of
from counterfoil.whmcs.wire import invoices as wire_invoices
from counterfoil.whmcs.wire.values import Row, Untrustworthy, count, each, identifier, rows, text


def report(answer: Row, after: int) -> ChangeReport:
    changes = each(rows(answer, "changes", "change"), _change)
    numbers = [after, *(change.number for change in changes)]
    if numbers != sorted(set(numbers)):
        raise Untrustworthy("changes are not in the order of their numbers, or not those that were asked for")
    return ChangeReport(
        version=text(answer, "version"),
        protocol=count(answer, "protocol"),
        series=text(answer, "series"),
        oldest=count(answer, "oldest"),
        newest=count(answer, "newest"),
        waiting=count(answer, "waiting"),
        dead=count(answer, "dead"),
        changes=changes,
        timezone=text(answer, "timezone"),
        system_url=text(answer, "systemurl"),
    )


def _change(row: Row) -> NumberedChange:
    name, kind = text(row, "id"), text(row, "type")
    if not series_of(name) or not 0 < len(kind) <= 100 or not kind.isprintable():
        raise Untrustworthy("id or type is none")
    try:
        ids = ids_of(row.get("data"))
    except BadBody as problem:
        raise Untrustworthy(str(problem)) from None
    return NumberedChange(number=identifier(row, "number"), event=Event(name, kind, "", ids), age=count(row, "age"))


def invoices(answer: Row, client_id: int, ids: Sequence[int], zone: ZoneInfo) -> dict[int, Invoice]:
    found: dict[int, Invoice] = {}
    for row in rows(answer, "invoices", "invoice"):
        invoice_id = identifier(row, "invoiceid", "id")
        invoice = wire_invoices.invoice(row, invoice_id, zone)
        if invoice_id not in ids or invoice_id in found or invoice.client_id != client_id:
            raise Untrustworthy("invoices that were not asked for")
        found[invoice_id] = invoice
    return found
