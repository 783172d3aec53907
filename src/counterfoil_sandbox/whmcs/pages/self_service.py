"""What customers do for themselves: cancel and change a service, accept a quote, add funds, add a contact.

Simpler than WHMCS: what is asked for happens at once, and money that is added has been paid.
"""

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from counterfoil_sandbox.whmcs.actions.payments import amount_of
from counterfoil_sandbox.whmcs.installation import Visit
from counterfoil_sandbox.whmcs.records import Contact, Quote, Service
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of

from .rendering import Page, denied, form_of, may, own_pages_only, page, to_sign_in, visit_of

SERVICE_ACTIONS = ("cancel", "productdetails")


def service_of(request: AnyRequest, visit: Visit) -> Service | None:
    """The one that the address names, if it is theirs and they may change it."""
    installation, given = installation_of(request), request.query_params.get("id", "")
    service = installation.ledger.services.newest(int(given)) if given.isdigit() else None
    is_theirs = service is not None and service.client_id == visit.client_id
    return service if is_theirs and may(installation, visit, "orders") else None


def service_page(request: AnyRequest, visit: Visit, action: str) -> Page:
    service = service_of(request, visit)
    if service is None or service.status not in {"Active", "Suspended"}:
        return denied(request)
    return page(request, "self_service.html", kind=action, made="", service=service)


def submit_service(request: AnyRequest, service: Service, action: str, form: dict[str, str]) -> Page:
    book_keeper = installation_of(request).book_keeper
    if action == "cancel":
        book_keeper.edit_service(service, {"status": "Cancelled"})
        return page(request, "self_service.html", kind="done", made="The service was cancelled.")
    book_keeper.edit_service(service, {"quantity": max(1, int(form.get("quantity", "1")[:3] or 1))})
    return page(request, "self_service.html", kind="done", made="The service was changed.")


def add_funds(request: AnyRequest, visit: Visit, form: dict[str, str]) -> Page:
    amount = amount_of(form.get("amount", ""))
    if amount is None or amount <= 0:
        return Redirect("/clientarea.php?action=addfunds", status_code=303)
    installation_of(request).book_keeper.add_credit(visit.client_id, amount, "Add Funds")
    return page(request, "self_service.html", kind="done", made="The amount was added to your credit.")


def contacts_page(request: AnyRequest, visit: Visit) -> Page:
    installation = installation_of(request)
    if not may(installation, visit, "contacts"):
        return denied(request)
    theirs = [contact for contact in installation.ledger.contacts if contact.client_id == visit.client_id]
    return page(request, "self_service.html", kind="contacts", made="", contacts=theirs)


async def add_contact(request: AnyRequest, visit: Visit) -> Page:
    installation, form = installation_of(request), dict(await form_of(request))
    if not may(installation, visit, "contacts"):
        return denied(request)
    new = Contact(
        id=next(installation.ledger.ids),
        client_id=visit.client_id,
        firstname=form.get("firstname", "")[:60],
        lastname=form.get("lastname", "")[:60],
        email=form.get("email", "")[:120],
        emails=("invoice",),
    )
    installation.book_keeper.put_contact(new)
    return Redirect("/index.php?rp=/account/contacts", status_code=303)


def _quote(request: AnyRequest, visit: Visit, quote_id: int) -> Quote | None:
    installation = installation_of(request)
    quote = installation.ledger.quotes.newest(quote_id)
    is_theirs = quote is not None and quote.client_id == visit.client_id and quote.stage != "Draft"
    return quote if is_theirs and may(installation, visit, "quotes") else None


@get("/viewquote.php")
async def view_quote(request: AnyRequest, id: FromQuery[int] = 0) -> Page:  # noqa: A002 # WHMCS's own name
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    quote = _quote(request, visit, id)
    return denied(request) if quote is None else page(request, "self_service.html", kind="quote", made="", quote=quote)


@post("/viewquote.php", guards=[own_pages_only], status_code=200)
async def accept_quote(request: AnyRequest, id: FromQuery[int] = 0) -> Page:  # noqa: A002 # WHMCS's own name
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    quote = _quote(request, visit, id)
    if quote is None or quote.stage not in {"Delivered", "On Hold"}:
        return denied(request)
    installation_of(request).book_keeper.accept_quote(quote)
    return page(request, "self_service.html", kind="done", made="The quote was accepted.")


SELF_SERVICE = [view_quote, accept_quote]
