"""How one stand-in WHMCS is set up. What can be changed while it runs is in `switches`."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

PASSWORD = "demo-password-1"  # noqa: S105 # the demo's, printed for everybody


_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Options:
    identifier: str = "sandbox-identifier"
    """Several, with commas between, share the secret; which of them called stands in the record of calls."""
    secret: str = "sandbox-secret"  # noqa: S105 # the demo's, not a secret
    access_key: str = ""
    portal_url: str = ""
    """The portal's origin: where webhooks go (plus /webhooks/whmcs) and where "Return to the portal" leads."""
    webhook_url: str = ""
    """The whole webhook address, when it is not the one above."""
    webhook_secret: str = ""
    public_url: str = ""
    """This WHMCS's own address in one-time links; empty: the one it was called by."""
    zone: ZoneInfo = _UTC
    today: date | None = None
    """The day that the seeded data is relative to; empty: the day on which it starts."""
    seed: int = 1
    more_clients: int = 24
    """Seeded clients besides the named people."""
    big_client_invoices: int = 10_000
    version: str = "8.13.1"
    """From 9.0.0 on, `total` is the amount before credit, as in WHMCS."""
    commit_lag: float = 0.0
    """Seconds from the hook to the moment in which the API shows the change."""
    addon: bool = False
    """The portal's own addon is installed."""
    openid_client_id: str = "sandbox-client"
    openid_client_secret: str = "sandbox-client-secret"  # noqa: S105 # the demo's, not a secret
    """As whom the portal asks the OpenID Connect provider."""
    control_key: str = ""
    """When set, /_sandbox/ and /admin/ want it (HTTP Basic password or X-Sandbox-Key)."""

    @property
    def return_to(self) -> str:
        """The portal's origin, for the way back."""
        known = urlsplit(self.portal_url or self.webhook_url)
        return f"{known.scheme}://{known.netloc}" if known.netloc else ""

    @property
    def deliver_to(self) -> str:
        if self.webhook_url:
            return self.webhook_url
        return self.portal_url.rstrip("/") + "/webhooks/whmcs" if self.portal_url else ""
