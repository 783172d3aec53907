"""Every route of the portal, in one list. app.build registers exactly these; static files join them there."""

from litestar.types import ControllerRouterHandler

from counterfoil.web import operations as health
from counterfoil.web.api import contacts, events, invoices, openapi, orders, payment_methods, session, transactions_csv
from counterfoil.web.api import profile as profiles
from counterfoil.web.pages import home as summary
from counterfoil.web.pages import invoices as invoice_pages
from counterfoil.web.pages import mass_payment, quotes, subscriptions, transactions
from counterfoil.web.pages import orders as order_pages
from counterfoil.web.pages import payment_methods as payment_method_pages
from counterfoil.web.pages import profile as profile_pages
from counterfoil.web.pages import sign_in as session_pages
from counterfoil.web.pages import staff as staff_pages
from counterfoil.web.pages import statement as statements
from counterfoil.web.webhooks import salesforce as salesforce_webhooks
from counterfoil.web.webhooks import whmcs as webhooks

HANDLERS: list[ControllerRouterHandler] = [
    # For programs
    session.sign_in,
    session.show_session,
    session.switch_client,
    session.sign_out,
    summary.summary,
    invoices.list_invoices,
    invoices.invoices_csv,
    invoices.get_invoice,
    invoices.payment_link,
    invoices.pdf_link,
    mass_payment.payment_link,
    payment_methods.list_payment_methods,
    payment_methods.manage_link,
    payment_methods.list_gateways,
    profiles.get_profile,
    profiles.patch_profile,
    statements.statement_json,
    subscriptions.list_subscriptions,
    transactions.list_transactions,
    transactions_csv.transactions_csv,
    transactions.list_credits,
    quotes.list_quotes,
    contacts.list_contacts,
    orders.list_products,
    orders.place_order,
    orders.list_orders,
    orders.get_order,
    orders.retry_order,
    events.events,
    openapi.openapi_json,
    # For people
    session_pages.sign_in_page,
    session_pages.sign_in,
    session_pages.sign_out,
    session_pages.switch_page,
    session_pages.switch,
    summary.home,
    invoice_pages.list_page,
    invoice_pages.detail_page,
    invoice_pages.pay,
    invoice_pages.pdf,
    mass_payment.pay,
    statements.statement_page,
    invoice_pages.come_back,
    invoice_pages.refresh,
    payment_method_pages.list_page,
    payment_method_pages.manage,
    payment_method_pages.come_back,
    profile_pages.edit_page,
    profile_pages.save,
    subscriptions.subscriptions_page,
    transactions.transactions_page,
    transactions.credit_page,
    quotes.quotes_page,
    contacts.contacts_page,
    order_pages.order_page,
    order_pages.place,
    order_pages.detail_page,
    order_pages.retry,
    staff_pages.staff_page,
    staff_pages.retry,
    # For WHMCS and operators
    webhooks.from_whmcs,
    salesforce_webhooks.from_salesforce,
    health.alive,
    health.ready,
    health.metrics,
]
