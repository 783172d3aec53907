"""What WHMCS's API does for nobody and its own pages do for customers: the way to each of those pages.

What may be done there, WHMCS knows: whether a product can be changed, or credit be added at all, no action tells.
"""

from counterfoil.billing.clients import Clients
from counterfoil.billing.hand_offs.links import HandOff, SsoLinks
from counterfoil.billing.quotes import QuoteItem, Quotes
from counterfoil.billing.subscriptions import SubscriptionItem, Subscriptions
from counterfoil.errors import NotFound, Refused


class SubscriptionNotFound(NotFound):
    """It does not exist, or belongs to somebody else."""

    title, detail = "Subscription not found", "There is no such subscription in your account."


class QuoteNotFound(NotFound):
    """As for subscriptions; a draft is none, either."""

    title, detail = "Quote not found", "There is no such quote in your account."


class NoLongerOpen(Refused):
    """What is to be changed has ended, or was answered, since the page was made."""

    code, status = "no_longer_open", 409
    title = "No longer open"
    detail = "This has ended or was answered already, so there is nothing left to change."


class SelfService:
    """Every way there raises AccountClosed, BillingUnavailable and CacheUnavailable."""

    def __init__(self, links: SsoLinks, clients: Clients, subscriptions: Subscriptions, quotes: Quotes) -> None:
        self._links = links
        self._clients = clients
        self._subscriptions = subscriptions
        self._quotes = quotes

    async def cancel_subscription(self, client_id: int, user_id: int | None, subscription_id: int) -> HandOff:
        """Lands on the form in which WHMCS asks why and when. Raises SubscriptionNotFound, NoLongerOpen."""
        await self._require_changeable(client_id, subscription_id)
        path = f"clientarea.php?action=cancel&id={subscription_id}"
        return await self._links.make(client_id, user_id, path, purpose="cancellation")

    async def change_subscription(self, client_id: int, user_id: int | None, subscription_id: int) -> HandOff:
        """Lands on WHMCS's page of it, which offers what can be changed. Raises SubscriptionNotFound, NoLongerOpen."""
        await self._require_changeable(client_id, subscription_id)
        path = f"clientarea.php?action=productdetails&id={subscription_id}"
        return await self._links.make(client_id, user_id, path, purpose="subscription")

    async def answer_quote(self, client_id: int, user_id: int | None, quote_id: int) -> HandOff:
        """Lands on the quote in WHMCS, where it is accepted. Raises QuoteNotFound, NoLongerOpen."""
        await self._quote(client_id, quote_id)
        await self._links.expect_changes(client_id)
        if not (await self._quote(client_id, quote_id)).is_open:
            raise NoLongerOpen
        return await self._links.make(client_id, user_id, f"viewquote.php?id={quote_id}", purpose="quote")

    async def add_credit(self, client_id: int, user_id: int | None) -> HandOff:
        """Lands where WHMCS takes money in advance, or says that it does not."""
        await self._clients.require_open(client_id)
        await self._links.expect_changes(client_id)
        return await self._links.make(client_id, user_id, "clientarea.php?action=addfunds", purpose="add_credit")

    async def manage_contacts(self, client_id: int, user_id: int | None) -> HandOff:
        """Lands where contacts are added, edited and deleted."""
        await self._clients.require_open(client_id)
        await self._links.expect_changes(client_id)
        return await self._links.make(client_id, user_id, "index.php?rp=/account/contacts", purpose="contacts")

    async def _require_changeable(self, client_id: int, subscription_id: int) -> None:
        await self._subscription(client_id, subscription_id)
        await self._links.expect_changes(client_id)
        # As for paying: after the clear it is WHMCS's word of now.
        if not (await self._subscription(client_id, subscription_id)).can_be_changed:
            raise NoLongerOpen

    async def _subscription(self, client_id: int, subscription_id: int) -> SubscriptionItem:
        found, _ = await self._subscriptions.read(client_id)
        for each in found.value:
            if each.id == subscription_id:
                return each
        raise SubscriptionNotFound

    async def _quote(self, client_id: int, quote_id: int) -> QuoteItem:
        found, _ = await self._quotes.read(client_id)
        for each in found.value:
            if each.id == quote_id:
                return each
        raise QuoteNotFound
