"""WHMCS's API for what a client has besides invoices, as in api.py: one typed method per action."""

from zoneinfo import ZoneInfo

from counterfoil.model import Contact, CreditEntry, Quote, Transaction
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.interpreting import interpreting, read_apart, real_id
from counterfoil.whmcs.lists import everything, none_twice
from counterfoil.whmcs.wire import records


class WhmcsRecords:
    """`timezone`: the zone in which WHMCS writes its local times."""

    def __init__(self, client: WhmcsClient, *, timezone: ZoneInfo) -> None:
        self._client = client
        self._zone = timezone

    async def get_transactions(self, client_id: int) -> tuple[Transaction, ...]:
        """All payments and refunds of the client.

        https://developers.whmcs.com/api-reference/gettransactions/
        """
        with interpreting("GetTransactions"):
            answer = await self._client.call("GetTransactions", {"clientid": real_id(client_id)})
            return none_twice(
                await read_apart(answer, lambda whole: records.transactions(whole, client_id, self._zone))
            )

    async def get_credits(self, client_id: int) -> tuple[CreditEntry, ...]:
        """Every change of the client's credit.

        https://developers.whmcs.com/api-reference/getcredits/
        """
        with interpreting("GetCredits"):
            answer = await self._client.call("GetCredits", {"clientid": real_id(client_id)})
            return none_twice(await read_apart(answer, lambda whole: records.credits_(whole, client_id, self._zone)))

    async def get_quotes(self, client_id: int) -> tuple[Quote, ...]:
        """All quotes of the client, drafts among them.

        https://developers.whmcs.com/api-reference/getquotes/
        """
        found = await everything(
            self._client,
            "GetQuotes",
            {"userid": real_id(client_id)},
            lambda answer: records.quotes(answer, client_id, self._zone),
        )
        with interpreting("GetQuotes"):
            return none_twice(found)

    async def get_contacts(self, client_id: int) -> tuple[Contact, ...]:
        """All contacts of the client.

        https://developers.whmcs.com/api-reference/getcontacts/
        """
        found = await everything(
            self._client,
            "GetContacts",
            {"userid": real_id(client_id)},
            lambda answer: records.contacts(answer, client_id),
        )
        with interpreting("GetContacts"):
            return none_twice(found)

    async def get_currencies(self) -> dict[int, str]:
        """Codes by WHMCS's numbers.

        https://developers.whmcs.com/api-reference/getcurrencies/
        """
        with interpreting("GetCurrencies"):
            return records.currencies(await self._client.call("GetCurrencies"))
