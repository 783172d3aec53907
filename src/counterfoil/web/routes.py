"""Every route of the portal, in one list: room, noun, handler. app.build registers exactly these, but for those of a
feature that is switched off; static files join them there. What each takes stands beside its address, in its file.
"""

from collections import defaultdict
from collections.abc import Sequence

from litestar import Response
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from counterfoil.settings.features import Feature
from counterfoil.web import api, operations, pages, staff, webhooks

HANDLERS: list[HTTPRouteHandler] = [
    # For programs
    api.session.sign_in,
    api.session.show_session,
    api.session.switch_client,
    api.session.sign_out,
    api.sessions.list_sessions,
    api.sessions.end_session,
    api.sessions.end_other_sessions,
    api.tokens.list_tokens,
    api.tokens.post_token,
    api.tokens.end_token,
    api.summary.summary,
    api.invoices.list_invoices,
    api.invoices_csv.invoices_csv,
    api.invoices.get_invoice,
    api.invoices.payment_link,
    api.invoices.pdf_link,
    api.mass_payment.payment_link,
    api.payment_methods.list_payment_methods,
    api.payment_methods.manage_link,
    api.payment_methods.list_gateways,
    api.profile.get_profile,
    api.profile.patch_profile,
    api.statement.statement_json,
    api.statement_csv.statement_csv,
    api.subscriptions.list_subscriptions,
    api.transactions.list_transactions,
    api.transactions_csv.transactions_csv,
    api.credits.list_credits,
    api.quotes.list_quotes,
    api.contacts.list_contacts,
    api.orders.list_products,
    api.orders.place_order,
    api.orders.list_orders,
    api.orders.get_order,
    api.orders.retry_order,
    api.events.events,
    api.openapi.openapi_json,
    # For people
    pages.sign_in.session.sign_in_page,
    pages.sign_in.session.sign_in,
    pages.sign_in.session.sign_out,
    pages.sign_in.provider.start,
    pages.sign_in.provider.callback,
    pages.sign_in.session.switch_page,
    pages.sign_in.session.switch,
    pages.sessions.sessions_page,
    pages.sessions.end_session,
    pages.sessions.end_other_sessions,
    pages.tokens.tokens_page,
    pages.tokens.make,
    pages.tokens.end,
    pages.home.home,
    pages.invoices.list_page,
    pages.invoices.detail_page,
    pages.invoices.pay,
    pages.invoices.pdf,
    pages.invoices.apply_credit,
    pages.invoices.come_back,
    pages.invoices.come_back_to_the_list,
    pages.mass_payment.pay,
    pages.statement.statement_page,
    pages.payment_methods.list_page,
    pages.payment_methods.manage,
    pages.payment_methods.come_back,
    pages.profile.edit_page,
    pages.profile.save,
    pages.profile.on_the_billing_site,
    pages.subscriptions.subscriptions_page,
    pages.subscriptions.cancel,
    pages.subscriptions.change,
    pages.transactions.transactions_page,
    pages.credits.credit_page,
    pages.credits.add,
    pages.quotes.quotes_page,
    pages.quotes.answer,
    pages.contacts.contacts_page,
    pages.contacts.manage,
    pages.orders.order_page,
    pages.orders.place,
    pages.orders.detail_page,
    pages.orders.retry,
    pages.sign_in.language.choose,
    pages.looked_at.looked_at_page,
    staff.home.staff_page,
    staff.home.orders_page,
    staff.home.retry,
    staff.customers.customer_page,
    staff.customers.now_page,
    staff.customers.person_page,
    staff.views.begin,
    staff.views.end,
    staff.sign_ins.sign_out,
    staff.sign_ins.end_session,
    staff.sign_ins.unlock,
    staff.people.link,
    pages.refresh.refresh,
    # For WHMCS, Salesforce and operators
    webhooks.whmcs.from_whmcs,
    webhooks.salesforce.from_salesforce,
    operations.alive,
    operations.ready,
    operations.metrics,
]


def offered(features: frozenset[Feature]) -> list[HTTPRouteHandler]:
    """What has an address where only these are switched on."""
    return [each for each in HANDLERS if each.opt.get("feature", "") in {"", *features}]


def options_of(handlers: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """For every address one that names its methods, to anybody. Litestar's own names those of its first handler only,
    and asks for a session; where there is one already, it adds none.
    """
    methods: defaultdict[str, set[str]] = defaultdict(lambda: {"OPTIONS"})
    for handler in handlers:
        for path in handler.paths:
            methods[path] |= {str(method.value) for method in map(HttpMethod, handler.http_methods)}
    return [_options(path, allowed | ({"HEAD"} if "GET" in allowed else set())) for path, allowed in methods.items()]


def _options(path: str, allowed: set[str]) -> HTTPRouteHandler:
    async def show_methods() -> Response[None]:
        return Response(None, status_code=204, headers={"allow": ", ".join(sorted(allowed))})

    return HTTPRouteHandler(path, http_method=HttpMethod.OPTIONS, public=True, include_in_schema=False)(show_methods)
