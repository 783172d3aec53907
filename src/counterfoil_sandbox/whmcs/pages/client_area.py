"""The client area: overview, invoices, services, own details, and paying several invoices at once."""

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from counterfoil_sandbox.whmcs.installation import Installation, Visit
from counterfoil_sandbox.whmcs.records import DRAFT, UNPAID, Invoice, Item
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of

from .rendering import Page, denied, form_of, may, own_pages_only, page, to_sign_in, visit_of
from .self_service import SERVICE_ACTIONS, add_funds, service_of, service_page, submit_service

_NEEDS = {
    "invoices": "invoices",
    "masspay": "invoices",
    "services": "products",
    "details": "profile",
    "addfunds": "invoices",
}


@get("/clientarea.php")
async def client_area(request: AnyRequest, action: FromQuery[str] = "") -> Page:
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    installation = installation_of(request)
    if action in _NEEDS and not may(installation, visit, _NEEDS[action]):
        return denied(request)
    if action == "addfunds":
        return page(request, "self_service.html", kind="funds", made="")
    if action in SERVICE_ACTIONS:
        return service_page(request, visit, action)
    invoices = sorted(_invoices(installation, visit), key=lambda invoice: invoice.date, reverse=True)
    if action == "masspay":
        chosen = {int(value) for value in request.query_params.getall("invoiceids[]", []) if value.isdigit()}
        open_ones = [invoice for invoice in invoices if invoice.status == UNPAID]
        return page(request, "mass_pay.html", invoices=open_ones, chosen=chosen)
    return page(
        request,
        "client_area.html",
        action=action,
        invoices=invoices[:50],
        services=installation.ledger.services_of(visit.client_id),
    )


def _invoices(installation: Installation, visit: Visit) -> list[Invoice]:
    if not may(installation, visit, "invoices"):
        return []
    return [invoice for invoice in installation.ledger.invoices_of(visit.client_id) if invoice.status != DRAFT]


@post("/clientarea.php", guards=[own_pages_only], status_code=200)
async def client_area_form(request: AnyRequest, action: FromQuery[str] = "") -> Page:
    visit, installation = visit_of(request), installation_of(request)
    if visit is None:
        return to_sign_in(request)
    form = await form_of(request)
    if action == "masspay" and may(installation, visit, "invoices"):
        chosen = [int(value) for name, value in form if name == "invoiceids[]" and value.isdigit()]
        return _mass_payment(installation, visit, chosen)
    if action == "addfunds" and may(installation, visit, "invoices"):
        return add_funds(request, visit, dict(form))
    if action in SERVICE_ACTIONS and (service := service_of(request, visit)):
        return submit_service(request, service, action, dict(form))
    if action == "details" and may(installation, visit, "profile"):
        _save_details(installation, visit, dict(form))
        return Redirect("/clientarea.php?action=details", status_code=303)
    return denied(request)


def _mass_payment(installation: Installation, visit: Visit, chosen: list[int]) -> Page:
    """An invoice about invoices: one line of type Invoice for each. Paying it pays them."""
    invoices = [
        invoice for invoice in _invoices(installation, visit) if invoice.id in chosen and invoice.status == UNPAID
    ]
    if not invoices:
        return Redirect("/clientarea.php?action=masspay", status_code=303)
    if len(invoices) == 1:
        return Redirect(f"/viewinvoice.php?id={invoices[0].id}", status_code=303)
    ledger = installation.ledger
    items = tuple(
        Item(next(ledger.ids), "Invoice", one.id, f"Invoice #{one.number or one.id}", one.balance, taxed=False)
        for one in invoices
    )
    now, today = ledger.now(), ledger.today()
    made = Invoice(
        id=next(ledger.ids),
        userid=visit.client_id,
        date=today,
        duedate=today,
        status=UNPAID,
        items=items,
        created_at=now,
        updated_at=now,
    )
    installation.book_keeper.create_invoice(made)
    return Redirect(f"/viewinvoice.php?id={made.id}", status_code=303)


def _save_details(installation: Installation, visit: Visit, form: dict[str, str]) -> None:
    client = installation.ledger.clients.newest(visit.client_id)
    fields = ("firstname", "lastname", "companyname", "address1", "address2", "city", "state", "postcode")
    changes = {name: form[name] for name in fields if name in form}
    if client is not None and changes:
        installation.book_keeper.edit_client(client, changes)


CLIENT_AREA = [client_area, client_area_form]
