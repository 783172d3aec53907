"""Control of the OpenID Connect provider: how it behaves, what it was asked, other keys."""

from typing import Any

import msgspec
from litestar import get, post, put
from litestar.exceptions import ValidationException
from litestar.params import JSONBody

from counterfoil_sandbox.whmcs.oauth.behaviour import KINDS, WHERE, Behaviour
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of


@get("/_sandbox/openid")
async def behaviour(request: AnyRequest) -> dict[str, Any]:
    provider = installation_of(request).openid
    return {"now": provider.behaviour, "known": KINDS, "asked": provider.asked}


@put("/_sandbox/openid")
async def behave(request: AnyRequest, data: JSONBody[Behaviour]) -> Behaviour:
    """Replaces what was set; `{}` is as it should be."""
    if data.kind not in KINDS or data.where not in WHERE:
        raise ValidationException(f"kind is one of: {', '.join(KINDS)}; where is one of: {', '.join(WHERE)}")
    installation_of(request).openid.behaviour = data
    return msgspec.structs.replace(data)


@post("/_sandbox/openid/keys", status_code=204)
async def other_keys(request: AnyRequest) -> None:
    """From now on others sign."""
    installation_of(request).openid.rotate()


OPENID = [behaviour, behave, other_keys]
