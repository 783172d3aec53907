"""Why a call to WHMCS gave no whole, valid answer: the classes of failure, and what an operator can do about each.

No text of WHMCS's is ever carried here: what it sends is hostile input, and may hold customers' data.
"""

import re
from typing import NamedTuple

from counterfoil.networks import parse_ip


class Kind(NamedTuple):
    """`again`: a read is worth another try. `outage`: it says that WHMCS is down, which the breaker counts."""

    hint: str
    again: bool = False
    outage: bool = True


KINDS = {
    "name_not_resolved": Kind("the host of WHMCS_URL has no address: check its spelling and this machine's DNS", True),
    "connection_refused": Kind("nothing listens at WHMCS_URL: is its web server running?", True),
    "connection_failed": Kind("WHMCS_URL cannot be reached from here: check network and firewall", True),
    "certificate_refused": Kind("the TLS certificate of WHMCS_URL is not valid for its host, or not trusted here"),
    "connection_lost": Kind("WHMCS's web server ended the connection before the whole answer was sent", True),
    "timeout": Kind("WHMCS did not answer within WHMCS_TIMEOUT_SECONDS"),
    "queue_full": Kind("WHMCS is too slow for so many calls, or WHMCS_MAX_CONCURRENCY too low", outage=False),
    "paused": Kind("earlier calls failed; WHMCS is left alone for a moment", outage=False),
    "server_error": Kind("WHMCS's web server or PHP failed: see its error log", True),
    "too_many_requests": Kind("something in front of WHMCS limits this server's calls: exempt its address"),
    "redirect": Kind("redirects are not followed: set WHMCS_URL to the final address, https and www included"),
    "unexpected_status": Kind("WHMCS_URL is probably not the base URL of WHMCS: includes/api.php must lie below it"),
    "ip_not_allowed": Kind("allow this address in WHMCS under General Settings, Security, API IP Access Restriction"),
    "credentials_refused": Kind("check WHMCS_IDENTIFIER, WHMCS_SECRET and WHMCS_ACCESS_KEY"),
    "permission_missing": Kind("give the API role of these credentials the permission for this action", outage=False),
    "forbidden": Kind("WHMCS, or a firewall in front of it, refuses this server"),
    "empty": Kind("WHMCS answered nothing, mostly after a PHP error: see its error log", True),
    "truncated": Kind("the answer ends early, mostly after a PHP error: see WHMCS's error log", True),
    "html": Kind("a web page came, no answer: maintenance mode, a firewall's challenge, or a wrong WHMCS_URL"),
    "not_json": Kind("the answer is not JSON: is WHMCS_URL right?"),
    "not_an_answer": Kind("the answer is JSON, but none of WHMCS's API"),
    "too_large": Kind("the answer is larger than any that the portal asks for"),
    "untrustworthy": Kind("the answer contradicts itself or the question, see `problem`", outage=False),
    "refused": Kind("WHMCS refused a call that the portal relies on: see WHMCS's API log", outage=False),
}  # fmt: skip

CREDENTIALS = frozenset({"ip_not_allowed", "credentials_refused", "forbidden"})
"""Refusals of this server altogether: WHMCS may ban an address that goes on, so they pause every call."""

NO_CONNECTION = frozenset({"name_not_resolved", "connection_refused", "connection_failed", "certificate_refused"})
"""Nothing was sent, so it cannot be about what was asked."""

NOT_CARRIED_OUT = NO_CONNECTION | {"paused", "ip_not_allowed", "credentials_refused", "permission_missing"}
"""Never sent, or refused at the door: a write that failed like this has certainly changed nothing."""

ABOUT_THE_TEXT = frozenset(
    {
        *("connection_lost", "server_error", "too_many_requests", "redirect", "unexpected_status", "forbidden"),
        *("empty", "truncated", "html", "not_json", "not_an_answer", "too_large"),
    }
)
"""What a firewall in front of WHMCS, or PHP itself, may make of a text that a stranger chose. It says nothing about
other calls: otherwise one odd e-mail address at the sign-in would pause billing for every customer."""


class Failure(Exception):
    """One call, or one attempt of it, failed. `meaning` is what WHMCS said, as far as it is on the allow-list."""

    def __init__(self, reason: str, *, status: int | None = None, meaning: str = "") -> None:
        super().__init__(reason)
        self.reason, self.status, self.meaning = reason, status, meaning
        self.kind = KINDS[reason]


_INVALID_IP = re.compile(r"^Invalid IP:?\s*\(?([0-9A-Fa-f:.]{2,45})")
_INVALID_PERMISSIONS = re.compile(r"^Invalid Permissions\b")
_CREDENTIALS = re.compile(
    r"^(Authentication Failed|Invalid or missing credentials|Invalid access key)\b", re.IGNORECASE
)


def refused_access(message: str, action: str, status: int) -> Failure | None:
    """What WHMCS's message says about our access, or None when it is about something else."""
    if found := _INVALID_IP.match(message):
        return Failure("ip_not_allowed", status=status, meaning=f"Invalid IP {_address(found[1])}")
    if _INVALID_PERMISSIONS.match(message):
        return Failure("permission_missing", status=status, meaning=f"Invalid Permissions for {action}")
    if found := _CREDENTIALS.match(message):
        return Failure("credentials_refused", status=status, meaning=found[1])
    return None


def _address(text: str) -> str:
    return str(parse_ip(text.rstrip(".:")) or "(not readable)")
