"""All about orders that the rest of the portal works with: what can be ordered, placing it, who works at it."""

from counterfoil.billing.face import Billing
from counterfoil.db.clock import SharedClock
from counterfoil.db.engine import Engine
from counterfoil.orders.approvals import Approvals
from counterfoil.orders.attempts import ApprovalAttempts
from counterfoil.orders.checkout import Checkout
from counterfoil.orders.crm import Crm
from counterfoil.orders.fulfilment import Fulfilment
from counterfoil.orders.repository import OrderRepository
from counterfoil.orders.telling import Telling
from counterfoil.orders.worker import OrderWorker
from counterfoil.salesforce.face import Salesforce
from counterfoil.settings import Settings
from counterfoil.tracing import Tracing


class Orders:
    """`approvals` is None where no Salesforce is used. `now`: the clock of everything that is stored."""

    def __init__(
        self,
        engine: Engine,
        billing: Billing,
        salesforce: Salesforce | None,
        settings: Settings,
        *,
        now: SharedClock,
        tracing: Tracing | None = None,
    ) -> None:
        crm = Crm(salesforce.api, now) if salesforce else None
        self.products = billing.products
        self.repository = OrderRepository(engine)
        fulfilment = Fulfilment(
            self.repository,
            billing.payment_methods,
            billing.orders,
            clients=billing.clients,
            products=billing.products,
            gateways=billing.gateways,
            crm=crm,
            tag_field=settings.order_tag_field,
            most_of_one=settings.salesforce_max_quantity,
            now=now,
            tracing=tracing,
        )
        attempts = ApprovalAttempts(engine)
        telling = Telling(crm, attempts, now) if crm else None
        self.worker = OrderWorker(self.repository, fulfilment, billing.orders, telling, now=now)
        self.checkout = Checkout(
            self.repository,
            billing.payment_methods,
            clients=billing.clients,
            products=billing.products,
            gateways=billing.gateways,
            awaits_approval=crm is not None,
            limit=settings.order_limit,
            now=now,
            wake=self.worker.wake,
        )
        self.approvals = self._approvals(engine, crm, attempts, settings.salesforce_poll_seconds, now) if crm else None

    def _approvals(
        self, engine: Engine, crm: Crm, attempts: ApprovalAttempts, every: float, now: SharedClock
    ) -> Approvals:
        wake = self.worker.wake
        return Approvals(engine, self.repository, crm, attempts, self.checkout, every=every, now=now, wake=wake)
