"""The doctor's look at WHMCS's own idea of its address and its time zone, which decide about links and due dates."""

from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.cli.findings import Finding, fail, ok
from counterfoil.settings import Settings
from counterfoil.urls import origin
from counterfoil.whmcs.results import ChangeReport
from counterfoil.whmcs.sso import has_origin_of

_ADDRESSES = (
    "WHMCS makes one-time links of its System URL (General Settings): set it, or COUNTERFOIL_WHMCS_URL, so that both "
    "have the same scheme, host and port; where its pages have another address than its API, set "
    "COUNTERFOIL_WHMCS_PUBLIC_URL to the System URL."
)
_ZONE = "Set COUNTERFOIL_WHMCS_TIMEZONE to the zone of WHMCS's PHP: until then invoices are overdue on the wrong day."


def addresses(settings: Settings, report: ChangeReport | None) -> list[Finding]:
    """`report`: what the addon says, where it is installed."""
    return [_system_url(settings, report), _zone(settings, report)]


def _system_url(settings: Settings, report: ChangeReport | None) -> Finding:
    check, pages = "whmcs System URL", settings.pages_url
    told = report.system_url if report else ""
    said = told or _redirected(pages, settings.whmcs_timeout_seconds)
    if said and not has_origin_of(said, pages):
        return fail(
            check, f"is {_shown(said)}, the portal expects {_shown(pages)}: nobody gets a one-time link", _ADDRESSES
        )
    if told:
        return ok(check, "has the origin that the portal expects")
    return ok(check, "not compared: only the addon tells it (one-time links must lead to the origin of WHMCS_URL)")


def _redirected(url: str, timeout: float) -> str:
    """Where WHMCS's pages send a browser; "" when they do not, or that is not known."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("HEAD", f"{parts.path}/clientarea.php")
        answer = connection.getresponse()
        place = answer.getheader("Location", "") if 300 <= answer.status < 400 else ""
        return urljoin(url, place) if place else ""
    except (OSError, HTTPException, ValueError):
        return ""
    finally:
        connection.close()


def _shown(url: str) -> str:
    try:
        return origin(urlsplit(url))[:200]
    except ValueError:
        return "no address"


def _zone(settings: Settings, report: ChangeReport | None) -> Finding:
    check, ours = "whmcs time zone", settings.whmcs_timezone
    if report is None or not report.timezone:
        return ok(check, f"not compared: only the addon tells it; WHMCS_TIMEZONE is {ours.key}")
    try:
        theirs = ZoneInfo(report.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ok(check, "not compared: WHMCS names a zone that is not known here")
    if _differ(ours, theirs):
        return fail(check, f"is {theirs.key}, WHMCS_TIMEZONE is {ours.key}", _ZONE)
    return ok(check, f"{theirs.key}, as WHMCS_TIMEZONE says")


def _differ(one: ZoneInfo, other: ZoneInfo) -> bool:
    """At any time of the coming year: two zones may agree in winter only."""
    now = datetime.now(UTC)
    days = (now + timedelta(days=days) for days in range(0, 370, 7))
    return any(one.utcoffset(day.astimezone(one)) != other.utcoffset(day.astimezone(other)) for day in days)
