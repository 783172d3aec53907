"""Control of the stand-in itself: its record of calls, faults, quirks, settings and webhooks."""

from typing import Any

import msgspec
from litestar import Request, delete, get, patch, post, put
from litestar.exceptions import ValidationException
from litestar.params import FromPath, FromQuery, JSONBody

from counterfoil_sandbox.webhooks import RETRY_AFTER, Delivery, Event
from counterfoil_sandbox.whmcs.calls import Call
from counterfoil_sandbox.whmcs.installation import Installation
from counterfoil_sandbox.whmcs.options import PASSWORD
from counterfoil_sandbox.whmcs.switches import FAULTS, QUIRKS, Fault, WebhookWeather

Ask = Request[Any, Any, Any]


def installation_of(request: Ask) -> Installation:
    installation: Installation = request.app.state.installation
    return installation


@get("/_sandbox/people")
async def people(request: Ask) -> dict[str, Any]:
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
async def reset(request: Ask) -> None:
    """Data and switches as at the start, and an empty record."""
    installation = installation_of(request)
    installation.reset()
    installation.calls.clear()
    installation.courier.deliveries.clear()


class Seen(msgspec.Struct):
    calls: list[Call]
    in_flight: int
    peak_in_flight: int


@get("/_sandbox/calls")
async def calls(request: Ask) -> Seen:
    record = installation_of(request).calls
    return Seen(list(record.seen), record.in_flight, record.peak_in_flight)


@delete("/_sandbox/calls")
async def forget_calls(request: Ask) -> None:
    installation_of(request).calls.clear()


@get("/_sandbox/faults")
async def faults(request: Ask) -> list[Fault]:
    return installation_of(request).switches.faults


@post("/_sandbox/faults", status_code=201)
async def add_fault(request: Ask, data: JSONBody[Fault]) -> Fault:
    """Rules add up: several latencies are summed, of several breakages the first wins."""
    if data.kind not in FAULTS:
        raise ValidationException("kind is one of: " + ", ".join(FAULTS))
    return installation_of(request).switches.add_fault(data)


@delete("/_sandbox/faults")
async def clear_faults(request: Ask) -> None:
    """Takes all away and lets go of the calls that hang."""
    installation = installation_of(request)
    installation.switches.faults.clear()
    installation.release()


@delete("/_sandbox/faults/{fault_id:int}")
async def clear_fault(request: Ask, fault_id: FromPath[int]) -> None:
    installation = installation_of(request)
    installation.switches.faults = [fault for fault in installation.switches.faults if fault.id != fault_id]
    installation.release()


@get("/_sandbox/quirks")
async def quirks(request: Ask) -> dict[str, Any]:
    """What is on, for which action ("*": all), and what there is."""
    return {"on": installation_of(request).switches.quirks, "known": QUIRKS}


@put("/_sandbox/quirks")
async def set_quirks(request: Ask, data: JSONBody[dict[str, bool | str]]) -> dict[str, str]:
    """Replaces what was on. {"bom": true, "text-html": "GetInvoice"}."""
    unknown = sorted(set(data) - set(QUIRKS))
    if unknown:
        raise ValidationException(f"unknown: {', '.join(unknown)}; known: {', '.join(QUIRKS)}")
    on = {name: "*" if where is True else str(where).casefold() for name, where in data.items() if where}
    installation_of(request).switches.quirks = on
    return on


class SettingsChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    commit_lag: float | msgspec.UnsetType = msgspec.UNSET
    stamp_versions: bool | msgspec.UnsetType = msgspec.UNSET
    addon: bool | msgspec.UnsetType = msgspec.UNSET
    ip_allowed: bool | msgspec.UnsetType = msgspec.UNSET
    denied_actions: list[str] | msgspec.UnsetType = msgspec.UNSET
    weather: WebhookWeather | msgspec.UnsetType = msgspec.UNSET
    webhook_url: str | msgspec.UnsetType = msgspec.UNSET
    webhook_secret: str | msgspec.UnsetType = msgspec.UNSET
    version: str | msgspec.UnsetType = msgspec.UNSET


def _settings(installation: Installation) -> dict[str, Any]:
    switches = installation.switches
    return {
        "commit_lag": switches.commit_lag,
        "stamp_versions": switches.stamp_versions,
        "addon": switches.addon,
        "ip_allowed": switches.ip_allowed,
        "denied_actions": sorted(switches.denied_actions),
        "weather": switches.weather,
        "webhook_url": installation.courier.url,
        "version": switches.version,
    }


@get("/_sandbox/settings")
async def settings(request: Ask) -> dict[str, Any]:
    return _settings(installation_of(request))


@patch("/_sandbox/settings")
async def change_settings(request: Ask, data: JSONBody[SettingsChange]) -> dict[str, Any]:
    """Changes what is given; answers with all of them. The address of the webhooks survives a reset."""
    installation = installation_of(request)
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
    installation.courier.url = given.pop("webhook_url", installation.courier.url)
    installation.courier.secret = given.pop("webhook_secret", installation.courier.secret)
    if "denied_actions" in given:
        given["denied_actions"] = frozenset(action.lower() for action in given["denied_actions"])
    for name, value in given.items():
        setattr(installation.switches, name, value)
    return _settings(installation)


@get("/_sandbox/deliveries")
async def deliveries(request: Ask) -> list[Delivery]:
    """Webhooks in the order in which they were made; `answered_at` on CLOCK_MONOTONIC."""
    return list(installation_of(request).courier.deliveries)


class Numbered(msgspec.Struct):
    id: str
    type: str
    data: dict[str, int]


@get("/_sandbox/changes")
async def changes(request: Ask, after: FromQuery[int] = 0) -> list[Numbered]:
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
async def send_webhook(request: Ask, data: JSONBody[Sending]) -> Delivery:
    """Any message, whether or not something happened; `id` repeats one."""
    return installation_of(request).courier.send(
        Event(data.type, data.data), delay=data.delay, message_id=data.id, retry_after=RETRY_AFTER if data.retry else ()
    )


MACHINE = [
    people,
    reset,
    calls,
    forget_calls,
    faults,
    add_fault,
    clear_faults,
    clear_fault,
    quirks,
    set_quirks,
    settings,
    change_settings,
    deliveries,
    changes,
    send_webhook,
]
