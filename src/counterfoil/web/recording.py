"""Puts into the audit trail what people do in a request: who, from where, for which client."""

from collections.abc import Mapping, Sequence

from counterfoil.accounts.emails import normalised
from counterfoil.audit.entries import SELF, Action, Detail, Entry
from counterfoil.billing.hand_offs.links import HandOff
from counterfoil.billing.profile.edits import RecordEdit
from counterfoil.errors import CounterfoilError
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import Services


async def record(
    request: AnyRequest, services: Services, action: Action, details: Mapping[str, Detail] | None = None
) -> None:
    """Of the signed-in person, about themselves or the client they look at. Returns when it is on record, or soon."""
    viewer, where = viewer_of(request), context_of(request.scope).address
    about = (viewer.account_id, viewer.client_id)
    await services.audit.record(Entry(action, SELF, *about, details=details or {}, address=where))


async def record_hand_off(request: AnyRequest, services: Services, hand_off: HandOff) -> None:
    """Never the link itself. Nothing, where WHMCS gave none: its plain page asks for a password."""
    if hand_off.signed_in:
        details: dict[str, Detail] = {"to": hand_off.purpose}
        if hand_off.invoice_ids:
            details["invoices"] = list(hand_off.invoice_ids)
        await record(request, services, Action.HANDED_OFF, details)


def edit_recorder(request: AnyRequest, services: Services) -> RecordEdit:
    async def record_edit(fields: Sequence[str], outcome: str) -> None:
        await record(request, services, Action.PROFILE_EDITED, {"fields": list(fields), "outcome": outcome})

    return record_edit


async def record_sign_in(request: AnyRequest, services: Services, account_id: int, way: str) -> None:
    """`way`: "password" or "openid"."""
    where = context_of(request.scope).address
    entry = Entry(Action.SIGNED_IN, account_id=account_id, details={"way": way}, address=where)
    await services.audit.record(entry)


def count_refusal(request: AnyRequest, services: Services, error: CounterfoilError, email: str = "") -> None:
    """Of somebody who could not sign in, under whatever address they gave. Strangers can do so without end."""
    where = context_of(request.scope).address
    failure = Entry(Action.SIGN_IN_FAILED, details={"code": error.code}, address=where, email=normalised(email)[:254])
    services.audit.count(failure)
