"""Control: webhooks that were sent, what the addon recorded, and webhooks made by hand."""

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody

from counterfoil_sandbox.webhooks import RETRY_AFTER, Delivery, Event
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of


@get("/_sandbox/deliveries")
async def deliveries(request: AnyRequest) -> list[Delivery]:
    """Webhooks in the order in which they were made; `answered_at` on CLOCK_MONOTONIC."""
    return list(installation_of(request).webhooks.deliveries)


class Numbered(msgspec.Struct):
    id: str
    type: str
    data: dict[str, int]


@get("/_sandbox/changes")
async def changes(request: AnyRequest, after: FromQuery[int] = 0) -> list[Numbered]:
    """What the addon has recorded after that number, under the ids of its messages; faults do not touch it."""
    addon = installation_of(request).addon
    return [Numbered(addon.message_id(each), each.event.type, each.event.data) for each in addon.recorded[after:]]


class Sending(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    type: str
    data: dict[str, int] = {}
    id: str = ""
    delay: float = 0.0
    retry: bool = True


@post("/_sandbox/webhooks", status_code=202)
async def send_webhook(request: AnyRequest, data: JSONBody[Sending]) -> Delivery:
    """Any message, whether or not something happened; `id` repeats one."""
    return installation_of(request).webhooks.send(
        Event(data.type, data.data), delay=data.delay, message_id=data.id, retry_after=RETRY_AFTER if data.retry else ()
    )


WEBHOOKS = [deliveries, changes, send_webhook]
