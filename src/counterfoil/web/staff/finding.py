"""From what a caller says to their customer page: an address, or a number of a client, an invoice or an order.
What could be several things is looked up as each of them.
"""

import re
from urllib.parse import quote

from counterfoil.errors import AccountClosed, BillingUnavailable
from counterfoil.settings.features import Feature
from counterfoil.web.services import Services
from counterfoil.web.views.staff.customers import Hit, ShownFailure

_NUMBER = re.compile(r"#?([0-9]{1,10})")
_INVOICE_NUMBER = re.compile(r".*?([0-9]{1,10})")

_LARGEST = 2**31 - 1


_REFERENCE = re.compile(r"[0-9a-f]{20}")


async def find_failures(services: Services, query: str) -> tuple[ShownFailure, ...]:
    """By the reference on an error page: that failure, and the first of the same kind."""
    if not _REFERENCE.fullmatch(query.lower()):
        return ()
    found = await services.failures.find(query.lower())
    people = [await services.people.by_id(each.account_id) if each.account_id else None for each in found]
    return tuple(map(ShownFailure, found, people))


async def find(services: Services, query: str) -> tuple[list[Hit], bool]:
    """What was found, and whether WHMCS did not say of some of it."""
    if "@" in query:
        return [Hit("person", query, f"/staff/people?email={quote(query, safe='@')}")], False
    hits, unsaid = await _orders(services, query), False
    for look in (_client, _invoice):
        try:
            hits += await look(services, query)
        except BillingUnavailable:
            unsaid = True
    return hits, unsaid


async def _orders(services: Services, query: str) -> list[Hit]:
    if Feature.ORDERS not in services.settings.features:
        return []
    found = await services.orders.repository.search(query, None, limit=10, exactly=True)
    return [
        Hit("order", f"Order {each.id}, client {each.client_id or 'unknown'}", f"/staff/orders?q={each.id}")
        for each in found
    ]


async def _client(services: Services, query: str) -> list[Hit]:
    number = _NUMBER.fullmatch(query)
    if number is None or not 0 < int(number[1]) <= _LARGEST:
        return []
    client_id = int(number[1])
    try:
        name = (await services.clients.read(client_id)).value.name
    except AccountClosed:
        name = "closed, or no such client"
    return [Hit("client", f"Client {client_id}: {name}", f"/staff/clients/{client_id}")]


async def _invoice(services: Services, query: str) -> list[Hit]:
    """By its id, or by a number that ends in its id, as most numbering does."""
    number = _INVOICE_NUMBER.fullmatch(query)
    if number is None or not 0 < int(number[1]) <= _LARGEST:
        return []
    found = await services.invoice_owners.whose(int(number[1]))
    is_meant = found is not None and (_NUMBER.fullmatch(query) or found.number == query)
    if found is None or not is_meant:
        return []
    words = f"Invoice {found.number or found.id}, client {found.client_id}"
    return [Hit("invoice", words, f"/staff/clients/{found.client_id}/now?invoice={found.id}")]
