"""One-time links into WHMCS: what is checked before one is made, and what it means for what we believe afterwards."""

from collections.abc import Sequence
from typing import Literal, Protocol

import structlog
from msgspec import Struct
from msgspec.structs import replace

from counterfoil.billing.clients import Clients
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.billing.lifetimes import HAND_OFF_WINDOW, RETURN_WINDOW
from counterfoil.cache import Cache
from counterfoil.cache.scopes import client_scope
from counterfoil.errors import BillingUnavailable, InvoiceNotPayable, SeveralCurrencies
from counterfoil.whmcs.api import SsoRefused

_log = structlog.get_logger(__name__)

TOKEN_LIFETIME = 60
"""Seconds for which WHMCS accepts the link, once. https://developers.whmcs.com/advanced/sso/"""

MOST_TOGETHER = 50
"""Invoices that may be paid at once: each is read again before, and their ids have to fit into one address."""


class _SsoTokenSource(Protocol):
    async def create_sso_token(self, client_id: int, user_id: int, *, destination: str, path: str = "") -> str: ...


class HandOff(Struct, frozen=True):
    """Where to send the customer. Not signed in: WHMCS refused the link, and `url` is its plain page."""

    url: str
    signed_in: bool
    purpose: Literal["pay", "pdf", "payment_methods", "details"] = "pay"
    invoice_ids: tuple[int, ...] = ()


class PaymentPageUnavailable(BillingUnavailable):
    """Nothing was recorded as a payment. `plain_page` is WHMCS's own, where the customer can sign in and pay."""

    title = "Payment page not opened"
    detail = "The payment page could not be opened. You can try again, or sign in on the billing site and pay there."

    def __init__(self, plain_page: str, *, retry_after: int) -> None:
        super().__init__()
        self.plain_page, self.retry_after = plain_page, retry_after


class HandOffs:
    """Every way there raises AccountClosed: WHMCS refuses the links of a closed client only when they are opened."""

    def __init__(
        self, tokens: _SsoTokenSource, cache: Cache, invoices: Invoices, clients: Clients, whmcs_url: str
    ) -> None:
        self._tokens = tokens
        self._cache = cache
        self._invoices = invoices
        self._clients = clients
        self._whmcs_url = whmcs_url

    async def pay(self, client_id: int, user_id: int | None, invoice_id: int) -> HandOff:
        """Lands on the invoice in WHMCS.

        Raises InvoiceNotFound, InvoiceNotPayable, BillingUnavailable, CacheUnavailable.
        """
        await self._invoices.detail(client_id, invoice_id)
        await self._expect_changes(client_id)
        # The clear made everything old, so this is WHMCS's word of now: a link is never made on a cached "unpaid".
        invoice = await self._invoices.detail(client_id, invoice_id)
        if not invoice.value.is_payable:
            raise InvoiceNotPayable
        link = await self._link(client_id, user_id, f"viewinvoice.php?id={invoice_id}")
        return replace(link, invoice_ids=(invoice_id,))

    async def pay_together(self, client_id: int, user_id: int | None, invoice_ids: Sequence[int]) -> HandOff:
        """Lands on WHMCS's mass payment with these invoices chosen; docs/money.md says what of that is not verified.

        Raises what `pay` raises, and SeveralCurrencies.
        """
        await self._invoices.chosen(client_id, invoice_ids)
        await self._expect_changes(client_id)
        # As for one: never on a cached "unpaid".
        chosen = (await self._invoices.chosen(client_id, invoice_ids)).value
        if not all(invoice.is_payable for invoice in chosen):
            raise InvoiceNotPayable
        if len({invoice.amount_due.currency for invoice in chosen}) > 1:
            raise SeveralCurrencies(("invoice_ids", SeveralCurrencies.detail))
        named = "".join(f"&invoiceids[]={invoice_id}" for invoice_id in invoice_ids)
        path = (
            f"clientarea.php?action=masspay{named}" if len(invoice_ids) > 1 else f"viewinvoice.php?id={invoice_ids[0]}"
        )
        link = await self._link(client_id, user_id, path)
        return replace(link, invoice_ids=tuple(invoice_ids))

    async def pdf(self, client_id: int, user_id: int | None, invoice_id: int) -> HandOff:
        """Lands on the invoice's PDF in WHMCS. Raises InvoiceNotFound, BillingUnavailable, CacheUnavailable."""
        await self._invoices.detail(client_id, invoice_id)
        await self._clients.require_open(client_id)
        await self._expect_changes(client_id)
        link = await self._link(client_id, user_id, f"dl.php?type=i&id={invoice_id}")
        return replace(link, purpose="pdf", invoice_ids=(invoice_id,))

    async def manage_payment_methods(self, client_id: int, user_id: int | None) -> HandOff:
        """Lands on WHMCS's page where saved ways of paying are added, removed and chosen. Raises BillingUnavailable,
        CacheUnavailable.
        """
        await self._clients.require_open(client_id)
        await self._expect_changes(client_id)
        plain = "index.php?rp=/account/paymentmethods"
        link = await self._link(client_id, user_id, plain, destination="clientarea:billing_info")
        return replace(link, purpose="payment_methods")

    async def edit_details(self, client_id: int, user_id: int | None) -> HandOff:
        """Lands on WHMCS's page of the client's details, its custom fields among them. Raises BillingUnavailable,
        CacheUnavailable.
        """
        await self._clients.require_open(client_id)
        await self._expect_changes(client_id)
        link = await self._link(client_id, user_id, "clientarea.php?action=details")
        return replace(link, purpose="details")

    async def returned(self, client_id: int) -> None:
        """The customer is back: what WHMCS still does after a payment takes seconds. Raises CacheUnavailable."""
        await self._cache.clear(client_scope(client_id), hot_for=RETURN_WINDOW)

    def plain_page(self, invoice_ids: Sequence[int]) -> str:
        """Where WHMCS shows them to whoever signs in there."""
        one = f"viewinvoice.php?id={invoice_ids[0]}" if len(invoice_ids) == 1 else "clientarea.php?action=invoices"
        return f"{self._whmcs_url}/{one}"

    async def _expect_changes(self, client_id: int) -> None:
        # Every link is a full sign-in: the customer may change anything over there, and no hook may tell us.
        await self._cache.clear(client_scope(client_id), hot_for=HAND_OFF_WINDOW)

    async def _link(self, client_id: int, user_id: int | None, path: str, *, destination: str = "") -> HandOff:
        """`destination`: WHMCS's own name of the page at `path`, where it has one."""
        plain = HandOff(f"{self._whmcs_url}/{path}", signed_in=False)
        if user_id is None:
            # Without the user WHMCS would sign the caller in as the client's owner.
            return plain
        try:
            url = await self._one_time(client_id, user_id, path, destination)
        except SsoRefused as refusal:
            _log.warning("WHMCS gave no one-time link", client_id=client_id, **_cause(str(refusal)))
            return plain
        return HandOff(url, signed_in=True)

    async def _one_time(self, client_id: int, user_id: int, path: str, destination: str) -> str:
        if destination:
            try:
                return await self._tokens.create_sso_token(client_id, user_id, destination=destination)
            except SsoRefused as refusal:
                # WHMCS 9 does not know its older names of pages, and gives a link to the same page by its path.
                if str(refusal) != "not_supported":
                    raise
        return await self._tokens.create_sso_token(client_id, user_id, destination="sso:custom_redirect", path=path)


def _cause(reason: str) -> dict[str, str]:
    return {"reason": reason} | ({"hint": _HINTS[reason]} if reason in _HINTS else {})


_HINTS = {
    "elsewhere": "WHMCS builds these links from its System URL (General Settings): it must have the scheme, host and "
    "port of WHMCS_PUBLIC_URL, or of WHMCS_URL where that is not set",
    "permission_missing": "give the API role of these credentials the permission for CreateSsoToken",
}
