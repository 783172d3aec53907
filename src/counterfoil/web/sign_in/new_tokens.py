"""Making an access token, for programs that ask for one and for people with a form."""

from datetime import UTC, date, datetime
from typing import NamedTuple, cast

from counterfoil.accounts.tokens import LONGEST_LIFE, Scope, TooManyTokens, Wanted
from counterfoil.accounts.viewer import Viewer
from counterfoil.audit.entries import SELF, Action, Entry
from counterfoil.errors import ClientNotFound, ValidationFailed
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import Services
from counterfoil.web.text.catalogue import translatable

LONGEST_NAME = 80

NAME = translatable("Give it a name of up to 80 characters.")
SCOPE = translatable("Choose what it may do.")
TOO_MANY = translatable("You have too many access tokens. End one first.")
EXPIRES = translatable("Choose a day from tomorrow on, at most a year from now.")


class AskedToken(NamedTuple):
    """Whatever somebody sent."""

    name: str
    scope: str
    client_id: int
    expires_on: date | None


async def make_token(request: AnyRequest, services: Services, asked: AskedToken) -> tuple[str, str]:
    """Its id and the token. Raises ValidationFailed, ClientNotFound."""
    viewer = viewer_of(request)
    wanted = checked(viewer, asked)
    await services.limits.hit("token", viewer.counted_as)
    try:
        token_id, token = await services.tokens.make(viewer.account_id, wanted)
    except TooManyTokens:
        raise ValidationFailed(("name", TOO_MANY)) from None
    details = {"token": token_id, "scope": wanted.scope, "expires_on": wanted.expires_on.isoformat()}
    where = context_of(request.scope).address
    await services.audit.record(
        Entry(Action.TOKEN_MADE, SELF, viewer.account_id, wanted.client_id, details=details, address=where)
    )
    return token_id, token


def checked(viewer: Viewer, asked: AskedToken) -> Wanted:
    """Raises ValidationFailed, with every field at once; ClientNotFound."""
    faults, today, name, expires_on = [], datetime.now(UTC).date(), asked.name.strip(), asked.expires_on
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        faults.append(("name", NAME))
    if asked.scope not in ("read", "pay"):
        faults.append(("scope", SCOPE))
    if expires_on is None or not today < expires_on <= today + LONGEST_LIFE:
        faults.append(("expires_on", EXPIRES))
    if faults or expires_on is None:
        raise ValidationFailed(*faults)
    if not viewer.may_open(asked.client_id):
        raise ClientNotFound
    return Wanted(name, cast("Scope", asked.scope), asked.client_id, expires_on)
