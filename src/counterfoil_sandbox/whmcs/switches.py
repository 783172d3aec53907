"""What can be changed while the stand-in runs: quirks of the wire, faults, and how webhooks fare on the way."""

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

import msgspec

QUIRKS = {
    "php-warning-before": "PHP warnings as HTML in front of the JSON",
    "php-warning-after": "a PHP warning behind the JSON",
    "bom": "a byte-order mark in front",
    "text-html": "Content-Type: text/html, as older versions send",
    "ints-as-strings": "every number as text",
    "strings-as-ints": "ids and counts that are text, as numbers",
    "lists-as-maps": 'lists as {"0": ..., "1": ...}',
    "single-row-bare": "a list of one row as that row",
    "empty-as-text": 'empty lists as ""',
    "empty-as-list": "empty collections as []",
    "empty-as-object": "empty collections as {}",
    "empty-missing": "empty collections left out",
    "raw-text": "text not HTML-escaped",
    "bool-words": 'booleans as "on" and ""',
    "deprecated-top-level": "GetClientsDetails repeats the client's fields at the top level",
    "permissions-missing": "GetUserPermissions succeeds without saying any",
    "permissions-as-text": "GetUserPermissions says them as one text with commas",
    "status-errors": 'errors as {"status": "error", "message"}, without `result`',
    "custom-redirect-only": "CreateSsoToken refuses every destination but sso:custom_redirect, as 9.0 does",
    "foreign-rows": "lists of a client contain a row of another client",
    "foreign-invoice": "GetInvoice answers with another client's invoice",
}

FAULTS = {
    "latency": "waits `seconds` (a number, or [from, to]); `read_at` 0..1 says when on the way the data is read",
    "hang": "accepts the request and never answers",
    "reset": "resets the connection",
    "truncate": "promises more bytes than it sends, then closes",
    "drip": "sends one byte each `seconds`",
    "status": "answers with the HTTP status `status` and an HTML page",
    "bad-gateway": "a proxy's 502 page",
    "html": "an HTML page with 200",
    "truncated-json": "half of the JSON, complete on the wire",
    "xml": "XML instead of JSON",
    "empty": "an empty body with 200",
    "null": "null",
    "list": "a JSON list",
    "redirect": "302 to a maintenance page",
    "challenge": "a bot challenge page (403)",
    "huge": "JSON with 64 MiB of padding",
    "invalid-ip": "403 Invalid IP",
    "auth-failed": "403 Authentication Failed",
    "missing-credentials": "403 Invalid or missing credentials",
    "permission": "403 Invalid Permissions",
    "error": "a business error with `message` and HTTP 200, or `status`",
    "malformed-utf8": "no JSON, since a text is no UTF-8; asked for XML it answers, with that text",
    "values": "whole, with `values` for those of one row (the one with id `row`, or the first that has them all), and "
    "without the names in `without`",
}

IN_THE_ANSWER = frozenset({"values", "malformed-utf8"})
"""Faults that leave the call whole: what is wrong is what it says."""


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One rule: what happens to calls of `action` ("*": all) whose parameters include `params`."""

    kind: str
    action: str = "*"
    params: dict[str, str] = {}
    times: int | None = None
    """How many calls it still meets; empty: all, until it is taken away."""
    after: bool = False
    """The action is carried out first: a write lands although its answer does not."""
    seconds: float | tuple[float, float] = 1.0
    read_at: float = 0.5
    status: int | None = None
    message: str = "Something went wrong"
    values: dict[str, Any] = {}
    without: list[str] = []
    row: int = 0
    id: int = 0

    def meets(self, action: str, params: dict[str, str]) -> bool:
        if self.times == 0 or self.action.casefold() not in {"*", action.casefold()}:
            return False
        return all(params.get(name) == value for name, value in self.params.items())


class WebhookWeather(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What happens to webhooks on their way."""

    mode: Literal["on", "lost"] = "on"
    delay: float = 0.0
    copies: int = 1
    shuffle: bool = False
    """Each is delayed by a random part of `delay`, so that they overtake each other."""


@dataclass
class Switches:
    random: random.Random
    version: str
    commit_lag: float = 0.0
    stamp_versions: bool = False
    """Invoice numbers and notes end in the version that was read, for checkers of histories."""
    ip_allowed: bool = True
    addon: bool = False
    """The portal's addon is installed: messages are numbered, and its actions are there."""
    denied_actions: frozenset[str] = frozenset()
    system_url: str = ""
    """WHMCS's System URL, of which one-time links are made; empty: the address by which it was called."""
    unknown_action: str = "Command Not Found"
    """What is said of an action that is not there; versions differ."""
    weather: WebhookWeather = field(default_factory=WebhookWeather)
    quirks: dict[str, str] = field(default_factory=dict)
    """Quirk -> the action that it is for, in lower case, or "*"."""
    faults: list[Fault] = field(default_factory=list)
    _fault_ids: Any = field(default_factory=lambda: count(1))

    def has(self, quirk: str, action: str) -> bool:
        return self.quirks.get(quirk) in {"*", action.casefold()}

    def add_fault(self, fault: Fault) -> Fault:
        fault.id = next(self._fault_ids)
        self.faults.append(fault)
        return fault

    def take_faults(self, action: str, params: dict[str, str]) -> list[Fault]:
        """Those that this call meets, counted down."""
        met = [fault for fault in self.faults if fault.meets(action, params)]
        for fault in met:
            if fault.times is not None:
                fault.times -= 1
        self.faults = [fault for fault in self.faults if fault.times != 0]
        return met

    def seconds(self, fault: Fault) -> float:
        if isinstance(fault.seconds, tuple):
            return self.random.uniform(*fault.seconds)
        return fault.seconds
