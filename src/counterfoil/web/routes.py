"""Every route of the portal, in one list. app.build registers exactly these; static files join them there."""

from litestar.types import ControllerRouterHandler

from counterfoil.web import (
    events,
    health,
    invoice_pages,
    invoices,
    mass_payment,
    openapi,
    profile_pages,
    profiles,
    session,
    session_pages,
    statements,
    webhooks,
)

HANDLERS: list[ControllerRouterHandler] = [
    # For programs
    session.sign_in,
    session.show_session,
    session.switch_client,
    session.sign_out,
    invoices.list_invoices,
    invoices.invoices_csv,
    invoices.get_invoice,
    invoices.payment_link,
    invoices.pdf_link,
    mass_payment.payment_link,
    profiles.get_profile,
    profiles.patch_profile,
    statements.statement_json,
    events.events,
    openapi.openapi_json,
    # For people
    session_pages.sign_in_page,
    session_pages.sign_in,
    session_pages.sign_out,
    session_pages.switch_page,
    session_pages.switch,
    invoice_pages.home,
    invoice_pages.list_page,
    invoice_pages.detail_page,
    invoice_pages.pay,
    invoice_pages.pdf,
    mass_payment.pay,
    statements.statement_page,
    invoice_pages.come_back,
    invoice_pages.refresh,
    profile_pages.edit_page,
    profile_pages.save,
    # For WHMCS and operators
    webhooks.from_whmcs,
    health.alive,
    health.ready,
    health.metrics,
]
