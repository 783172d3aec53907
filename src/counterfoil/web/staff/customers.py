"""One customer: everything about them on a page, and what they are shown beside what WHMCS says now."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from counterfoil.accounts.emails import counted_as
from counterfoil.accounts.links import Link, Person, known_links, links_of_client
from counterfoil.accounts.people import Account
from counterfoil.audit.entries import RecordedEntry
from counterfoil.errors import AccountClosed, BillingUnavailable, ClientNotFound, CounterfoilError, NotFound
from counterfoil.model import Client
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.staff.sign_ins import shown_person
from counterfoil.web.views.staff.customers import CLEARING, CustomerPage, NowPage, PersonPage
from counterfoil.web.views.staff.orders import shown_order

MOST_PEOPLE = 5
"""Whose entries of the audit trail are looked for."""

LATEST = 30
"""Entries of each kind."""


@get("/staff/clients/{client_id:str}", staff=True, include_in_schema=False)
async def customer_page(request: AnyRequest, services: GivenServices, client_id: FromPath[str]) -> Response[bytes]:
    return await customer(request, services, client_id_of(client_id))


def client_id_of(text: str) -> int:
    """Raises ClientNotFound for what cannot be a client's number."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:10]) < 2**31 and len(text) <= 10):
        raise ClientNotFound
    return int(text)


async def customer(
    request: AnyRequest, services: Services, client_id: int, error: CounterfoilError | None = None
) -> Response[bytes]:
    client = await _known(services, client_id)
    entries = await services.audit.find(client_id=client_id, limit=LATEST)
    links = tuple(await links_of_client(services.engine, client_id))
    about = {each.account_id for each in entries if each.account_id}
    people = await _people(services, client_id, client, about)
    orders, _ = await services.orders.repository.of_client(client_id, 1, LATEST)
    page = CustomerPage(
        client_id=client_id,
        client=client,
        people=tuple([await shown_person(services, each, _decision(each, links)) for each in people]),
        kept=tuple(await services.comparisons.kept(client_id, [each.id for each in people])),
        receipts=tuple(await services.changes.recent(client_id)),
        links=links,
        orders=tuple(shown_order(order) for order in orders),
        audit=await _with_theirs(services, entries, people),
        own_writes=tuple(await services.audit.find(client_id=client_id, actions=CLEARING, limit=LATEST)),
        error=error,
    )
    return await respond_unstored(request, services, page, status=error.status if error else 200)


async def _with_theirs(
    services: Services, entries: Sequence[RecordedEntry], people: Sequence[Account]
) -> tuple[RecordedEntry, ...]:
    """Of the client, and of its people whichever client it was about. Newest first."""
    found = {each.number: each for each in entries}
    for person in [each for each in people if each.id][:MOST_PEOPLE]:
        found |= {each.number: each for each in await services.audit.find(account_id=person.id, limit=LATEST)}
    return tuple(sorted(found.values(), key=lambda each: -each.number)[:LATEST])


async def _known(services: Services, client_id: int) -> Client | None:
    """As the portal has it; read like any page reads it, so that it costs WHMCS nothing while it is kept."""
    try:
        return (await services.clients.read(client_id)).value
    except (AccountClosed, BillingUnavailable):
        return None


async def _people(services: Services, client_id: int, client: Client | None, about: set[int]) -> list[Account]:
    owner, email = (client.owner_user_id, client.email) if client else (None, "")
    try:
        return list(await services.people.of_client(client_id, owner, email, about))
    except BillingUnavailable:
        return list(await services.people.of_client(client_id, None, "", about))


def _decision(person: Account, links: Sequence[Link]) -> str:
    return next((each.state for each in links if each.user_id is not None and each.user_id == person.user_id), "")


@get("/staff/clients/{client_id:str}/now", staff=True, include_in_schema=False)
async def now_page(
    request: AnyRequest, services: GivenServices, client_id: FromPath[str], invoice: FromQuery[int | None] = None
) -> Response[bytes]:
    """Asks WHMCS, past everything that is kept, and keeps nothing of it."""
    number = client_id_of(client_id)
    compared = await services.comparisons.compare(number, invoice)
    receipts = await services.changes.recent(number, invoice)
    return await respond_unstored(request, services, NowPage(number, compared, tuple(receipts), invoice))


@get("/staff/people", staff=True, include_in_schema=False)
async def person_page(request: AnyRequest, services: GivenServices, email: FromQuery[str] = "") -> Response[bytes]:
    """Raises NotFound where nobody is asked about."""
    asked = email.strip()[:254]
    if not asked:
        raise NotFound
    accounts, user = await services.people.by_email(asked)
    links = await known_links(services.engine, Person(asked, user.id if user else None))
    memberships = user.memberships if user else ()
    page = PersonPage(
        asked,
        tuple([await shown_person(services, each) for each in accounts]),
        memberships,
        tuple(links),
        await services.limits.locked_for(counted_as(asked)),
    )
    return await respond_unstored(request, services, page)
