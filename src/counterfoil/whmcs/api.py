"""WHMCS's API, one typed method per action, in its own words. Spelling of the answers: wire.py; the call: client.py.

Every method raises BillingUnavailable when WHMCS gives no whole answer, or one that cannot be trusted.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from counterfoil.errors import BillingUnavailable, OutcomeUnknown, SignInFailed
from counterfoil.model import Client, Gateway, Invoice, PaymentMethod, Subscription, User
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import NO_LINK, NOT_CARRIED_OUT
from counterfoil.whmcs.interpreting import interpreting, read_apart, real_id, unavailable
from counterfoil.whmcs.lists import everything, none_twice
from counterfoil.whmcs.results import InvoiceRows, Login, WhmcsDetails
from counterfoil.whmcs.sso import has_origin_of
from counterfoil.whmcs.wire import clients, invoices, payments, subscriptions
from counterfoil.whmcs.wire.values import Untrustworthy, text

__all__ = ["InvoiceRows", "Login", "SsoRefused", "UpdateRefused", "WhmcsApi", "WhmcsDetails"]


class SsoRefused(Exception):
    """WHMCS gives no one-time link, or one that is not followed. The reason: "blocked", "not_a_member",
    "not_provisioned", "not_supported" (the destination), "elsewhere" (the link's address) or "other".
    """


_SSO_REFUSALS = {
    "SSO authentication blocked": "blocked",
    "Invalid user_id": "not_a_member",
    "Invalid client_id": "not_a_member",
    "Token could not be provisioned": "not_provisioned",
    "Invalid destination": "not_supported",
}


class UpdateRefused(Exception):
    """WHMCS did not accept a change of a client, and made none. The reason: "email_taken", "email_invalid",
    "domain_notices" (somebody must get those about domains), "client_not_found", "custom_field" or "other".
    """

    def __init__(self, reason: str, custom_field: str = "") -> None:
        """`custom_field`: the name of the one that must have a value before anything of the client is changed."""
        super().__init__(reason)
        self.custom_field = custom_field


_UPDATE_REFUSALS = {
    "Duplicate Email Address": "email_taken",
    "The email address entered is not valid": "email_invalid",
    "You must have at least one email address enabled": "domain_notices",
    "Client ID Not Found": "client_not_found",
}
_CUSTOM_FIELD = "You did not provide required custom field value for"
"""Of every change, whatever it is about: the client was there before the field was required."""


class WhmcsApi:
    """`timezone`: the zone in which WHMCS writes its local times."""

    def __init__(self, client: WhmcsClient, *, timezone: ZoneInfo, public_url: str = "") -> None:
        """`public_url`: where customers open WHMCS, if that is not where its API is called."""
        self._client = client
        self._zone = timezone
        self._public_url = public_url or client.url

    async def validate_login(self, email: str, password: str) -> Login:
        """Raises SignInFailed.

        https://developers.whmcs.com/api-reference/validatelogin/
        """
        with interpreting("ValidateLogin"):
            try:
                # Not a read: it counts towards WHMCS's own limit on wrong passwords.
                form: dict[str, str | int] = {"email": email, "password2": password}
                answer = await self._client.call(
                    "ValidateLogin", form, write=True, free_text=True, from_stranger=True, whose=email
                )
            except WhmcsRefused as refusal:
                if refusal.says("Email or Password Invalid"):
                    raise SignInFailed from None
                raise
            return clients.login(answer)

    async def get_users(self, search: str) -> list[User]:
        """All whose e-mail or name *begins* with `search`.

        https://developers.whmcs.com/api-reference/getusers/
        """
        if not search:
            raise ValueError("without a search WHMCS sends every user it has")
        return await everything(self._client, "GetUsers", {"search": search}, clients.users)

    async def get_user_permissions(self, user_id: int, client_id: int) -> frozenset[str] | None:
        """None: not associated.

        https://developers.whmcs.com/api-reference/getuserpermissions/
        """
        with interpreting("GetUserPermissions"):
            try:
                answer = await self._client.call("GetUserPermissions", {"user_id": user_id, "client_id": client_id})
            except WhmcsRefused as refusal:
                if refusal.says("User is not associated"):
                    return None
                if refusal.says("Invalid user id", "Invalid client id"):
                    # Deleted in WHMCS: nothing may be seen, whoever linked them.
                    return frozenset()
                raise
            return clients.permissions(answer)

    async def get_clients_details(self, client_id: int) -> Client | None:
        """None when WHMCS has no such client.

        https://developers.whmcs.com/api-reference/getclientsdetails/
        """
        with interpreting("GetClientsDetails"):
            try:
                answer = await self._client.call("GetClientsDetails", {"clientid": real_id(client_id), "stats": 0})
            except WhmcsRefused as refusal:
                if refusal.says("Client Not Found", "Client ID Not Found", "Invalid Client ID"):
                    return None
                raise
            return clients.client(answer, client_id)

    async def update_client(self, client_id: int, texts: Mapping[str, str], preferences: Mapping[str, bool]) -> None:
        """Changes only what is given, by the names of model.Client and model.EmailPreferences. Sent at most once.

        Raises UpdateRefused, OutcomeUnknown; BillingUnavailable when it certainly changed nothing.
        https://developers.whmcs.com/api-reference/updateclient/
        """
        params = {"clientid": real_id(client_id), **clients.client_changes(texts, preferences)}
        try:
            answer = await self._client.call("UpdateClient", params, write=True, free_text=True)
        except WhmcsRefused as refusal:
            if custom_field := refusal.names_after(_CUSTOM_FIELD):
                raise UpdateRefused("custom_field", custom_field) from None
            reasons = [reason for message, reason in _UPDATE_REFUSALS.items() if refusal.says(message)]
            raise UpdateRefused(reasons[0] if reasons else "other") from None
        except BillingUnavailable as error:
            if error.args[1] in NOT_CARRIED_OUT:
                raise
            raise OutcomeUnknown(*error.args) from None
        if not clients.is_about(answer, client_id):
            unavailable("UpdateClient", "untrustworthy", "another client than asked for")
            raise OutcomeUnknown("UpdateClient", "untrustworthy")

    async def get_invoices(
        self,
        client_id: int,
        *,
        limitstart: int = 0,
        limitnum: int = 1000,
        orderby: str = "date",
        order: str = "desc",
    ) -> InvoiceRows:
        """One page, drafts among it.

        https://developers.whmcs.com/api-reference/getinvoices/
        """
        # Without a client WHMCS would send everybody's invoices.
        params: dict[str, str | int] = {"userid": real_id(client_id), "limitstart": limitstart, "limitnum": limitnum}
        params |= {"orderby": orderby, "order": order}
        with interpreting("GetInvoices"):
            answer = await self._client.call("GetInvoices", params)
            return await read_apart(
                answer, lambda whole: invoices.invoice_rows(whole, client_id, limitstart, limitnum, self._zone)
            )

    async def get_invoice(self, invoice_id: int, *, whose: int | None = None) -> Invoice | None:
        """Of whatever client: compare `client_id` first. `whose`: the client that asks for it.

        https://developers.whmcs.com/api-reference/getinvoice/
        """
        with interpreting("GetInvoice"):
            try:
                answer = await self._client.call("GetInvoice", {"invoiceid": invoice_id}, whose=whose)
            except WhmcsRefused as refusal:
                if refusal.says("Invoice ID Not Found", "Invoice Not Found", "Invalid Invoice ID"):
                    return None
                raise
            return await read_apart(answer, lambda whole: invoices.invoice(whole, invoice_id, self._zone))

    async def get_payment_methods(self) -> tuple[Gateway, ...]:
        """The gateways that are switched on.

        https://developers.whmcs.com/api-reference/getpaymentmethods/
        """
        with interpreting("GetPaymentMethods"):
            return await read_apart(await self._client.call("GetPaymentMethods"), payments.gateways)

    async def get_pay_methods(self, client_id: int) -> tuple[PaymentMethod, ...]:
        """The client's saved cards and bank accounts.

        https://developers.whmcs.com/api-reference/getpaymethods/
        """
        with interpreting("GetPayMethods"):
            answer = await self._client.call("GetPayMethods", {"clientid": real_id(client_id)})
            return await read_apart(answer, lambda whole: payments.payment_methods(whole, client_id))

    async def get_clients_products(self, client_id: int) -> tuple[Subscription, ...]:
        """All services of the client.

        https://developers.whmcs.com/api-reference/getclientsproducts/
        """
        found = await everything(
            self._client,
            "GetClientsProducts",
            {"clientid": real_id(client_id)},
            lambda answer: subscriptions.subscriptions(answer, client_id, self._zone),
        )
        with interpreting("GetClientsProducts"):
            return none_twice(found)

    async def create_sso_token(self, client_id: int, user_id: int, *, destination: str, path: str = "") -> str:
        """The one-time URL, on the origin of WHMCS's pages; a full sign-in as this user, so it is never kept or logged.

        Raises SsoRefused whenever WHMCS answers anything else; BillingUnavailable when it does not answer.
        https://developers.whmcs.com/api-reference/createssotoken/
        """
        params: dict[str, str | int] = {"client_id": real_id(client_id), "user_id": real_id(user_id)}
        params |= {"destination": destination} | ({"sso_redirect_path": path} if path else {})
        try:
            answer = await self._client.call("CreateSsoToken", params, write=True)
        except WhmcsRefused as refusal:
            reasons = [reason for message, reason in _SSO_REFUSALS.items() if refusal.says(message)]
            raise SsoRefused(reasons[0] if reasons else "other") from None
        except BillingUnavailable as error:
            if error.args[1] in NO_LINK:
                raise SsoRefused(error.args[1]) from None
            raise
        url = answer.get("redirect_url")
        if not isinstance(url, str) or not url:
            raise SsoRefused("other")
        if not has_origin_of(url, self._public_url):
            raise SsoRefused("elsewhere")
        return url

    async def whmcs_details(self) -> WhmcsDetails:
        """Which version runs there; the cheapest call, so a good probe.

        https://developers.whmcs.com/api-reference/whmcsdetails/
        """
        with interpreting("WhmcsDetails"):
            found = (await self._client.call("WhmcsDetails")).get("whmcs")
            if not isinstance(found, dict):
                raise Untrustworthy("whmcs is missing")
            return WhmcsDetails(text(found, "canonicalversion") or text(found, "version"))
