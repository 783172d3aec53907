"""One of every page, with people and invoices that try it: long words, other scripts, no data, hostile text."""

from datetime import date
from typing import Any

from msgspec import structs

from counterfoil import errors
from counterfoil.billing.hand_offs.payments import PaymentPageUnavailable
from counterfoil.billing.invoices.open_amounts import OpenAmounts
from counterfoil.billing.invoices.shown import (
    InvoiceDetail,
    InvoiceItem,
    InvoiceList,
    InvoiceTotals,
)
from counterfoil.billing.payment_attempts import Stage
from counterfoil.billing.profile.contents import texts_of
from counterfoil.billing.profile.rules import Fault
from counterfoil.billing.profile.versions import ProfileVersion
from counterfoil.model import Client, EmailPreferences, InvoiceStatus, Money
from counterfoil.web.http.http_errors import InternalError
from counterfoil.web.views.errors import NoClient, Problem
from counterfoil.web.views.hand_offs import SsoRefused
from counterfoil.web.views.home import Home
from counterfoil.web.views.invoices import InvoicePage, InvoicesPage
from counterfoil.web.views.list_query import ListQuery
from counterfoil.web.views.navigation import HOME, INVOICES, PAYMENT_METHODS, PROFILE
from counterfoil.web.views.periods import PeriodForm
from counterfoil.web.views.profile.form import fields_for, preferences_for
from counterfoil.web.views.profile.page import Difference, ProfilePage
from counterfoil.web.views.profile.words import FAULTS, fault_words
from counterfoil.web.views.shell import Shell, View
from counterfoil.web.views.sign_in import ClientChoice, SwitchClient
from counterfoil.web.views.statement import StatementPage
from tests.web.views.specimens_of_invoices import AS_OF, HOSTILE_INVOICE, PART_PAID, TODAY, detail, eur, item
from tests.web.views.specimens_of_methods import SAVED, payment_methods
from tests.web.views.specimens_of_money import CHARTS, EXPIRED, ODD_STATEMENT, STATEMENT, SUBSCRIPTIONS, USABLE
from tests.web.views.specimens_of_orders import order_pages
from tests.web.views.specimens_of_records import RECORD_PAGES
from tests.web.views.specimens_of_sign_in import SIGN_IN_PAGES
from tests.web.views.texts import ENDLESS, HOSTILE

NOBODY = Shell("en", here="/sign-in")
ADA = Shell(
    "en", True, "Ada Lovelace", "Analytical Engines Ltd.", nav=(HOME, INVOICES, PAYMENT_METHODS, PROFILE), here="/"
)
CHIDI = Shell("en", True, "Chidi Anagonye", "ACME Ltd.", True, (HOME, INVOICES), here="/")


CLIENT = Client(
    id=1,
    owner_user_id=1,
    first_name="Ada",
    last_name="Lovelace",
    company_name="Analytical Engines Ltd.",
    email="ada@example.com",
    address1="12 St James's Square",
    address2="",
    city="London",
    state="",
    postcode="SW1Y 4JH",
    country="GB",
    country_name="United Kingdom",
    phone="",
    tax_id="GB123456789",
    language="english",
    currency="EUR",
    credit=eur("12.00"),
    status="Active",
)

ROWS = (
    item(412, InvoiceStatus.UNPAID, date(2026, 11, 25)),
    item(398, InvoiceStatus.UNPAID, date(2026, 11, 17), is_partially_paid=True, amount_due=eur("94.50")),
    item(377, InvoiceStatus.PAYMENT_PENDING, date(2026, 11, 4), amount_due=eur("134.50")),
    item(361, InvoiceStatus.PAID, date(2026, 10, 25)),
    item(344, InvoiceStatus.REFUNDED, date(2026, 9, 25)),
    item(310, InvoiceStatus.CANCELLED, None, issued_on=None),
    item(299, InvoiceStatus.COLLECTIONS, date(2026, 8, 16), number=f"2026/{ENDLESS}/299"),
)
NO_DOLLARS = Money.of("0", "USD")
FIGURES = (
    InvoiceTotals(
        OpenAmounts(eur("229.00"), eur("134.50"), eur("45.00"), eur("-3.00"), eur("12.00"), eur("393.50")),
        eur("94.50"),
        date(2026, 11, 25),
        2,
    ),
    InvoiceTotals(
        OpenAmounts(Money.of("90", "USD"), *[NO_DOLLARS] * 4, Money.of("90", "USD")), Money.of("0", "USD"), None, 1
    ),
)


YEAR = PeriodForm("2026-01-01", "2026-11-23", TODAY)


def list_of(
    *rows: InvoiceItem, total: int | None = None, query: ListQuery | None = None, **changes: Any
) -> InvoicesPage:
    query = query or ListQuery()
    page = InvoiceList(rows, query.page, 25, len(rows) if total is None else total, AS_OF)
    fields: dict[str, Any] = {
        "query": query,
        "invoices": page,
        "figures": FIGURES,
        "open_count": 2,
        "years": (2026, 2025),
        "today": TODAY,
        "has_pdf": True,
    }
    return InvoicesPage(**{**fields, **changes})


def home(*rows: InvoiceItem, **changes: Any) -> Home:
    fields: dict[str, Any] = {
        "invoices": list_of(*rows).invoices,
        "figures": FIGURES[:1],
        "open_count": len(rows),
        "methods": (USABLE,),
        "subscriptions": SUBSCRIPTIONS,
        "charts": CHARTS,
        "today": TODAY,
    }
    return Home(**{**fields, **changes})


def invoice_page(shown: InvoiceDetail, **changes: Any) -> InvoicePage:
    return InvoicePage(invoice=shown, client=CLIENT, today=TODAY, has_pdf=True, **changes)


def problem(error: errors.CounterfoilError) -> Problem:
    return Problem(error=error, reference="01JD8ZK4M7", retry_href="/invoices")


def profile(client: Client = CLIENT, language: str = "en", **changes: Any) -> ProfilePage:
    fields: dict[str, Any] = {
        "fields": fields_for(texts_of(client), language, {}, has_user=True),
        "preferences": preferences_for(client.email_preferences, {}),
        "seen": ProfileVersion.word_for(client),
        "as_of": AS_OF,
    }
    return ProfilePage(**{**fields, **changes})


ABROAD = structs.replace(
    CLIENT, country="US", state="CA", phone=HOSTILE, city=ENDLESS, email_preferences=EmailPreferences(domain=False)
)
WRONG = {
    "state": FAULTS[Fault.STATE],
    "postcode": FAULTS[Fault.POSTCODE],
    "address1": fault_words("address1", Fault.REQUIRED),
    "email_preferences.domain": FAULTS[Fault.DOMAIN_NOTICES],
}
TWO_VERSIONS = (Difference("City", HOSTILE, ENDLESS), Difference("Domains", "Yes", "No", is_word=True))

PROFILES: dict[str, tuple[View, Shell]] = {
    "profile": (profile(), ADA),
    "profile-saved": (profile(ABROAD, notice="saved", altered=("City", "Phone")), ADA),
    "profile-saved-snapshot": (profile(notice="saved", keeps_issued=True), ADA),
    "profile-invalid": (
        profile(
            fields=fields_for(texts_of(ABROAD), "en", WRONG),
            preferences=preferences_for(EmailPreferences(domain=False), WRONG),
            message=FAULTS[Fault.NOT_ACCEPTED],
            is_draft=True,
        ),
        ADA,
    ),
    "profile-conflict": (profile(notice="conflict", differences=TWO_VERSIONS, is_compared=True, is_draft=True), ADA),
    "profile-unknown": (profile(notice="unknown", is_draft=True), ADA),
    "profile-unknown-saved": (profile(notice="unknown", is_compared=True, is_draft=True), ADA),
    "profile-failed": (profile(notice="failed", error=errors.BillingUnavailable(), as_of=None, is_draft=True), ADA),
    "profile-password": (
        profile(error=errors.SignInFailed(), asks_password=True, password_message=errors.SignInFailed.detail),
        ADA,
    ),
    "profile-sign-in-again": (profile(error=errors.FreshSignInRequired(), is_draft=True), ADA),
}

PAYMENT_METHOD_PAGES: dict[str, tuple[View, Shell]] = {
    "payment-methods": (payment_methods(CLIENT, *SAVED), ADA),
    "payment-methods-expired": (payment_methods(CLIENT, SAVED[2]), ADA),
    "payment-methods-none": (payment_methods(CLIENT), ADA),
}

PAGES: dict[str, tuple[View, Shell]] = {
    **SIGN_IN_PAGES,
    "list": (list_of(*ROWS, total=83), ADA),
    "list-third-page": (list_of(*ROWS, total=83, query=ListQuery(page=3), figures=None), ADA),
    "list-empty": (list_of(years=(), figures=FIGURES[:1]), ADA),
    "list-no-match": (list_of(query=ListQuery(view="overdue", q=HOSTILE, year=2025)), ADA),
    "list-past-the-end": (list_of(total=83, query=ListQuery(page=9)), ADA),
    "list-long-names": (
        list_of(*ROWS),
        Shell("de", True, f"{ENDLESS} {ENDLESS}", ENDLESS, True, (HOME, INVOICES)),
    ),
    "invoice": (invoice_page(detail()), ADA),
    "invoice-part-paid": (invoice_page(detail(**PART_PAID)), ADA),
    **{
        f"invoice-payment-{stage}": (
            invoice_page(detail(**PART_PAID), awaited=stage, plain_page="https://billing.example.com/"),
            ADA,
        )
        for stage in Stage
    },
    "list-payment-failed": (
        list_of(*ROWS, stages={412: Stage.FAILED}, plain_page="https://billing.example.com/"),
        ADA,
    ),
    "invoice-snapshot": (invoice_page(detail(), keeps_address=True, charged_on=TODAY), ADA),
    "invoice-unknown-status": (
        invoice_page(detail(InvoiceStatus.PAYMENT_PENDING, balance=eur("134.50"), unreadable=("status",))),
        ADA,
    ),
    "invoice-hostile": (invoice_page(HOSTILE_INVOICE), ADA),
    **{
        f"invoice-{status}": (invoice_page(detail(status), awaited=Stage.CHECKING), ADA)
        for status in InvoiceStatus
        if status not in {InvoiceStatus.DRAFT, InvoiceStatus.UNPAID}
    },
    "home": (home(*ROWS[:2], figures=FIGURES, open_count=9, charge_days={412: TODAY}), ADA),
    "home-expired": (home(*ROWS[:2], methods=(EXPIRED,), subscriptions=None), ADA),
    "home-nothing": (home(methods=(), subscriptions=(), charts=()), ADA),
    **PROFILES,
    "statement": (StatementPage(YEAR, STATEMENT, CLIENT), ADA),
    "statement-differs": (StatementPage(YEAR, ODD_STATEMENT, CLIENT), ADA),
    "statement-wrong": (StatementPage(PeriodForm("x", "", TODAY, (("from", "This value is not valid."),))), ADA),
    **PAYMENT_METHOD_PAGES,
    "not-found": (problem(errors.InvoiceNotFound()), CHIDI),
    "denied": (problem(errors.PermissionDenied()), CHIDI),
    "unavailable": (problem(errors.BillingUnavailable()), ADA),
    "rate-limited": (problem(errors.RateLimited(30)), ADA),
    "invalid": (problem(errors.ValidationFailed(("page", "This value is not valid."))), ADA),
    "not-signed-in": (problem(errors.NotSignedIn()), NOBODY),
    "internal": (problem(InternalError()), ADA),
    "payment-page": (problem(PaymentPageUnavailable("https://billing.example.com/", retry_after=5)), ADA),
    "switch": (SwitchClient(clients=(ClientChoice(1, HOSTILE), ClientChoice(4, ENDLESS)), current=4), CHIDI),
    "no-client": (NoClient(email="zoe@example.com"), Shell("en", is_signed_in=True, user_name="Zoe")),
    "sso-refused": (SsoRefused(billing_url="https://billing.example.com/", back_href="/invoices/4"), ADA),
    **RECORD_PAGES,
    **order_pages(ADA),
}
