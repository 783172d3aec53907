"""How hard a run is: its length, lifetimes, pace and weather. Everything random is drawn from its seed."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    seconds: float
    seed: int
    list_lifetime: float = 4.0
    invoice_lifetime: float = 12.0
    clients: int = 5
    invoices: int = 8
    """Of each client at the start; never more than 20, so that a page shows all."""
    addon: bool = False
    """WHMCS has the portal's addon in it, so that lost webhooks are made good."""
    sessions: int = 8
    """Of each client."""
    think: tuple[float, float] = (0.002, 0.03)
    """Seconds between two reads of one session."""
    concurrency: int = 6
    """Calls to WHMCS at once, for each portal: few enough to be needed."""
    patience: float = 3.0
    """Seconds for a call to WHMCS, and for a read."""
    fault_pause: tuple[float, float] = (1.0, 3.0)
    storm: float = 12.0
    """Seconds in which Redis loses what it has. Then comes a lull, long enough for lifetimes to end in it."""

    def chance(self, purpose: str) -> random.Random:
        """Each task draws from its own, so that one's pace does not change another's plan."""
        return random.Random(f"{self.seed} {purpose}")  # noqa: S311 -- no secret

    @property
    def lull(self) -> float:
        return 9.0 + 1.4 * min(self.invoice_lifetime, 30.0)

    def is_lull(self, elapsed: float) -> bool:
        """After so many seconds of the run."""
        return elapsed % (self.storm + self.lull) >= self.storm

    @property
    def lifetimes(self) -> dict[str, float]:
        return {"rows": self.list_lifetime, "invoice": self.invoice_lifetime, "client": self.invoice_lifetime}

    @property
    def settings(self) -> dict[str, str]:
        """The portal's."""
        return {
            "cache_ttl_invoice_list": str(self.list_lifetime),
            "cache_ttl_invoice": str(self.invoice_lifetime),
            "cache_ttl_gateways": str(self.invoice_lifetime),
            "cache_check_one_in": "2000",
            "whmcs_timeout_seconds": str(self.patience),
            "whmcs_max_concurrency": str(self.concurrency),
        }
