"""What request handlers work with: one struct, put together in app.build, given to handlers as `services`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from counterfoil.accounts.console.failures import RecentFailures
from counterfoil.accounts.console.people_search import PeopleSearch
from counterfoil.accounts.console.staff_views import StaffViews
from counterfoil.accounts.forgetting import Forgetting
from counterfoil.accounts.notices import Notices
from counterfoil.accounts.sessions import Sessions
from counterfoil.accounts.sign_in import SignIn
from counterfoil.accounts.tokens import Tokens
from counterfoil.accounts.vouching import Vouched
from counterfoil.audit.face import AuditTrail
from counterfoil.billing.autopay import Autopay
from counterfoil.billing.clients import Clients
from counterfoil.billing.comparison import Comparisons
from counterfoil.billing.contacts import Contacts
from counterfoil.billing.credits import Credits
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.hand_offs.payments import HandOffs
from counterfoil.billing.hand_offs.self_service import SelfService
from counterfoil.billing.invoices.owners import InvoiceOwners
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.billing.payment_attempts import PaymentAttempts
from counterfoil.billing.payment_methods import PaymentMethods
from counterfoil.billing.profile.edits import Profiles
from counterfoil.billing.quotes import Quotes
from counterfoil.billing.reading import Calendar
from counterfoil.billing.statement.reads import Statements
from counterfoil.billing.subscriptions import Subscriptions
from counterfoil.billing.summary import Summaries
from counterfoil.billing.transactions import Transactions
from counterfoil.billing.whmcs_health import WhmcsHealth
from counterfoil.cache import Cache
from counterfoil.changes.face import Changes
from counterfoil.db.engine import Engine
from counterfoil.db.write_probe import WriteProbe
from counterfoil.orders.face import Orders
from counterfoil.settings import Settings
from counterfoil.web.http.guard import Guard
from counterfoil.web.http.limits import Limits
from counterfoil.web.http.live_streams import LiveStreams
from counterfoil.web.http.responses import Responses
from counterfoil.web.metrics.observing import Observer
from counterfoil.web.metrics.publishing import Metrics
from counterfoil.web.metrics.tally import Tally
from counterfoil.web.views.rendering import Renderer


class IdentityProvider(Protocol):
    """web.sign_in.openid.provider.OpenIdProvider is one."""

    async def authorization_url(self, state: str, nonce: str, verifier: str, *, afresh: bool = False) -> str: ...

    async def identify(
        self, code: str, nonce: str, verifier: str, issuer: str, *, proof_since: float | None = None
    ) -> Vouched: ...

    async def sign_out_url(self, back: str, state: str) -> str: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """A handler asks for it with `services: GivenServices`."""

    settings: Settings
    cache: Cache
    engine: Engine
    database: WriteProbe
    upstreams: Mapping[str, Callable[[], str]]
    """How the calls to WHMCS, and to Salesforce if it is used, fare: "ok", "degraded" or "away"."""
    sessions: Sessions
    tokens: Tokens
    sign_in: SignIn
    staff_views: StaffViews
    people: PeopleSearch
    failures: RecentFailures
    forgetting: Forgetting
    provider: IdentityProvider | None
    """None: WHMCS checks passwords."""
    notices: Notices
    audit: AuditTrail
    orders: Orders
    guard: Guard
    calendar: Calendar
    autopay: Autopay
    clients: Clients
    comparisons: Comparisons
    gateways: Gateways
    payment_attempts: PaymentAttempts
    payment_methods: PaymentMethods
    invoice_owners: InvoiceOwners
    invoices: Invoices
    subscriptions: Subscriptions
    transactions: Transactions
    whmcs_health: Callable[[], WhmcsHealth]
    credits: Credits
    statements: Statements
    summaries: Summaries
    quotes: Quotes
    contacts: Contacts
    hand_offs: HandOffs
    self_service: SelfService
    profiles: Profiles
    changes: Changes
    responses: Responses
    renderer: Renderer
    limits: Limits
    live: LiveStreams
    metrics: Metrics
    observer: Observer
    tally: Tally


# Litestar would walk through the whole struct at every request to see that it is one.
GivenServices: TypeAlias = NamedDependency[SkipValidation[Services]]
