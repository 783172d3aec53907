"""Control: who can sign in, a fresh start, and the record of calls."""

from typing import Any

import msgspec
from litestar import delete, get, post

from counterfoil_sandbox.whmcs.calls import Call
from counterfoil_sandbox.whmcs.options import PASSWORD
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of


@get("/_sandbox/people")
async def people(request: AnyRequest) -> dict[str, Any]:
    """Who can sign in, and the seeded invoices that have names."""
    ledger = installation_of(request).ledger
    return {
        "password": PASSWORD,
        "today": ledger.today().isoformat(),
        "users": [
            {
                "id": user.id,
                "email": user.email,
                "name": f"{user.firstname} {user.lastname}",
                "two_factor": user.two_factor,
                "clients": {str(client_id): list(rights) for client_id, rights in user.clients.items()},
            }
            for user in ledger.users
            if user.id < 100
        ],
        "invoices": ledger.notable,
    }


@post("/_sandbox/reset", status_code=204)
async def reset(request: AnyRequest) -> None:
    """Data and switches as at the start, and an empty record."""
    installation = installation_of(request)
    installation.reset()
    installation.calls.clear()
    installation.webhooks.deliveries.clear()


class Seen(msgspec.Struct):
    calls: list[Call]
    in_flight: int
    peak_in_flight: int


@get("/_sandbox/calls")
async def calls(request: AnyRequest) -> Seen:
    record = installation_of(request).calls
    return Seen(list(record.seen), record.in_flight, record.peak_in_flight)


@delete("/_sandbox/calls")
async def forget_calls(request: AnyRequest) -> None:
    installation_of(request).calls.clear()


CALLS = [people, reset, calls, forget_calls]
