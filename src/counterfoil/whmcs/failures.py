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
    "stopping": Kind("the portal stops, and nobody waited for this call", outage=False),
    "paused": Kind("earlier calls failed; WHMCS is left alone for a moment", outage=False),
    "server_error": Kind("WHMCS's web server or PHP failed: see its error log", True),
    "too_many_requests": Kind("something in front of WHMCS limits this server's calls: exempt its address"),
    "redirect": Kind("redirects are not followed: set WHMCS_URL to the final address, https and www included"),
    "unexpected_status": Kind("WHMCS_URL is probably not the base URL of WHMCS: includes/api.php must lie below it"),
    "ip_not_allowed": Kind("allow this address in WHMCS under General Settings, Security, API IP Access Restriction"),
    "credentials_refused": Kind("check WHMCS_IDENTIFIER, WHMCS_SECRET and WHMCS_ACCESS_KEY"),
    "administrator_missing": Kind("make new API credentials for an administrator who is active; WHMCS also says this "
        "when includes/api.php stands in WHMCS_URL, which must be the base URL", outage=False),
    "action_unknown": Kind("this WHMCS does not offer the action: is its version supported, and WHMCS_URL right?",
        outage=False),
    "permission_missing": Kind("give the API role of these credentials the permission for this action", outage=False),
    "forbidden": Kind("WHMCS, or a firewall in front of it, refuses this server"),
    "empty": Kind("WHMCS answered nothing, mostly after a PHP error: see its error log", True),
    "truncated": Kind("the answer ends early, mostly after a PHP error: see WHMCS's error log", True),
    "html": Kind("a web page came, no answer: maintenance mode, a firewall's challenge, or a wrong WHMCS_URL"),
    "not_json": Kind("the answer is not JSON: is WHMCS_URL right?"),
    "not_an_answer": Kind("the answer is JSON, but none of WHMCS's API"),
    "not_encodable": Kind("WHMCS cannot put one of these records into its answer, mostly for a stored password or a "
        "text that is not UTF-8: find it in WHMCS and save it anew", outage=False),
    "too_large": Kind("the answer is larger than any that the portal asks for"),
    "untrustworthy": Kind("the answer contradicts itself or the question, see `problem`", outage=False),
    "refused": Kind("WHMCS refused a call that the portal relies on: see WHMCS's API log", outage=False),
}  # fmt: skip

CREDENTIALS = frozenset({"ip_not_allowed", "credentials_refused", "forbidden"})
"""Refusals of this server altogether: WHMCS may ban an address that goes on, so they pause every call."""

FOR_THE_OPERATOR = CREDENTIALS | {"administrator_missing"}
"""Nothing works until somebody mends it."""

NO_CONNECTION = frozenset({"name_not_resolved", "connection_refused", "connection_failed", "certificate_refused"})
"""Nothing was sent, so it cannot be about what was asked."""

NOT_OFFERED = frozenset({"permission_missing", "action_unknown"})
"""This action is not there, or not for us. WHMCS looks at the role first: an absent one may get either answer."""

NO_LINK = NOT_OFFERED | {"not_encodable", "not_an_answer"}
"""WHMCS works, but gives no one-time link."""

NOT_CARRIED_OUT = NO_CONNECTION | {
    *("paused", "ip_not_allowed", "credentials_refused"),
    *("permission_missing", "administrator_missing", "action_unknown"),
}
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
        is_told = reason == "ip_not_allowed" and status == 200
        self.is_refusal = reason in CREDENTIALS and not is_told
        """WHMCS sends 403 where it counts towards a ban; a refused address that comes as an answer is only one."""
        self.is_outage = self.kind.outage and not is_told

    @property
    def hint(self) -> str:
        """With the address that WHMCS saw, if it said one."""
        return f"{self.kind.hint} (WHMCS said: {self.meaning})" if self.reason == "ip_not_allowed" else self.kind.hint


_INVALID_IP = re.compile(r"^(Invalid|Forbidden) IP(?: Address)?:?\s*\(?([0-9A-Fa-f:.]{2,45})", re.IGNORECASE)
_CREDENTIALS = re.compile(
    r"^(Authentication Failed|Invalid or missing credentials|Invalid access key)\b", re.IGNORECASE
)
_ACTION = r"(?:API )?(?:Command|Action|Function)"
_OTHERS = {
    "ip_not_allowed": r"Forbidden IP",
    "permission_missing": r"Invalid Permissions",
    "administrator_missing": r"An admin user is required",
    # No documentation says what versions answer to what they do not have, or keep for themselves.
    "action_unknown": rf"{_ACTION} (?:Not Found|Does Not Exist|Not Supported|Restricted to Internal API)"
    rf"|(?:Invalid|Unknown|Unsupported) {_ACTION}",
    "not_encodable": r"Error generating (?:JSON|XML) encoded response",
}
_SAID = {reason: re.compile(rf"^(?:{words})\b", re.IGNORECASE) for reason, words in _OTHERS.items()}


def refused_access(message: str, action: str, status: int) -> Failure | None:
    """What WHMCS's message says about our access to this action, or None when it is about something else."""
    message = message.strip()
    if found := _INVALID_IP.match(message):
        return Failure("ip_not_allowed", status=status, meaning=f"{found[1]} IP {_address(found[2])}")
    if found := _CREDENTIALS.match(message):
        return Failure("credentials_refused", status=status, meaning=found[1])
    reason = next((reason for reason, words in _SAID.items() if words.match(message)), None)
    if reason is None:
        return None
    meaning = f"Invalid Permissions for {action}" if reason == "permission_missing" else reason
    return Failure(reason, status=status, meaning=meaning)


_ABOUT_THE_QUESTION = re.compile(
    r"^(?:(?:Invoice|Client|User|Order|Product|Service|Quote|Contact)(?: ID)? Not Found\b"
    r"|Invalid (?:Invoice|Client|User|Order)[ _]?ID\b|Invalid destination\b|User is not associated\b"
    r"|Email or Password Invalid\b|Duplicate Email Address\b|The email address entered is not valid\b"
    r"|You did not provide required custom field value\b"
    r"|SSO authentication blocked\b|Token could not be provisioned\b)",
    re.IGNORECASE,
)


def is_about_the_question(message: str) -> bool:
    """WHMCS's own words about what was asked. Under another status than 200 only these are taken for its answer: a
    proxy in front of it writes JSON errors as well.
    """
    return bool(_ABOUT_THE_QUESTION.match(message))


def _address(text: str) -> str:
    return str(parse_ip(text.rstrip(".:")) or "(not readable)")
