"""Control: faults, quirks, and the settings that can change while the stand-in runs."""

from typing import Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.exceptions import ValidationException
from litestar.params import FromPath, JSONBody

from counterfoil_sandbox.whmcs.installation import Installation
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of
from counterfoil_sandbox.whmcs.switches import FAULTS, QUIRKS, Fault, WebhookWeather


@get("/_sandbox/faults")
async def faults(request: AnyRequest) -> list[Fault]:
    return installation_of(request).switches.faults


@post("/_sandbox/faults", status_code=201)
async def add_fault(request: AnyRequest, data: JSONBody[Fault]) -> Fault:
    """Rules add up: several latencies are summed, of several breakages the first wins."""
    if data.kind not in FAULTS:
        raise ValidationException("kind is one of: " + ", ".join(FAULTS))
    return installation_of(request).switches.add_fault(data)


@delete("/_sandbox/faults")
async def clear_faults(request: AnyRequest) -> None:
    """Takes all away and lets go of the calls that hang."""
    installation = installation_of(request)
    installation.switches.faults.clear()
    installation.release()


@delete("/_sandbox/faults/{fault_id:int}")
async def clear_fault(request: AnyRequest, fault_id: FromPath[int]) -> None:
    installation = installation_of(request)
    installation.switches.faults = [fault for fault in installation.switches.faults if fault.id != fault_id]
    installation.release()


@get("/_sandbox/quirks")
async def quirks(request: AnyRequest) -> dict[str, Any]:
    """What is on, for which action ("*": all), and what there is."""
    return {"on": installation_of(request).switches.quirks, "known": QUIRKS}


@put("/_sandbox/quirks")
async def set_quirks(request: AnyRequest, data: JSONBody[dict[str, bool | str]]) -> dict[str, str]:
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
    system_url: str | msgspec.UnsetType = msgspec.UNSET
    unknown_action: str | msgspec.UnsetType = msgspec.UNSET
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
        "system_url": switches.system_url,
        "unknown_action": switches.unknown_action,
        "denied_actions": sorted(switches.denied_actions),
        "weather": switches.weather,
        "webhook_url": installation.webhooks.url,
        "version": switches.version,
    }


@get("/_sandbox/settings")
async def settings(request: AnyRequest) -> dict[str, Any]:
    return _settings(installation_of(request))


@patch("/_sandbox/settings")
async def change_settings(request: AnyRequest, data: JSONBody[SettingsChange]) -> dict[str, Any]:
    """Changes what is given; answers with all of them. The address of the webhooks survives a reset."""
    installation = installation_of(request)
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
    installation.webhooks.url = given.pop("webhook_url", installation.webhooks.url)
    installation.webhooks.secret = given.pop("webhook_secret", installation.webhooks.secret)
    if "denied_actions" in given:
        given["denied_actions"] = frozenset(action.lower() for action in given["denied_actions"])
    for name, value in given.items():
        setattr(installation.switches, name, value)
    return _settings(installation)


SWITCHES = [faults, add_fault, clear_faults, clear_fault, quirks, set_quirks, settings, change_settings]
