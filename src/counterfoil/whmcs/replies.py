"""One reply of WHMCS -> its answer, WhmcsRefused, or a Failure. Decoding: answer.py and xml_answer.py."""

import html
from typing import Any

from counterfoil.whmcs import answer, xml_answer
from counterfoil.whmcs.connection import Reply
from counterfoil.whmcs.failures import Failure, is_about_the_question, refused_access

MOST_NAMED = 100
"""Characters of a name in a message."""

_JUDGED = frozenset({400, 401, 403, 404, 422, 500})
"""Statuses under which newer versions, and proxies, send WHMCS's errors. None of them makes anything a success."""


class WhmcsRefused(Exception):
    """WHMCS answered an error. Its message is for the API's methods to interpret, and goes nowhere else."""

    def __init__(self, action: str, message: str) -> None:
        super().__init__(action)
        self.action, self.message = action, message

    def says(self, *beginnings: str) -> bool:
        """Whether the message starts with one of these, in any case; some actions write "user_id" for "user id"."""
        return _plain(self.message).startswith(tuple(_plain(text) for text in beginnings))

    def names_after(self, beginning: str) -> str:
        """What the message goes on with, as one line that can be shown; "" when it does not begin so."""
        if not self.says(beginning):
            return ""
        named = self.message.strip()[len(beginning) :][:MOST_NAMED]
        return " ".join("".join(each if each.isprintable() else " " for each in html.unescape(named)).split()).strip(
            " :."
        )


def _plain(words: str) -> str:
    return words.strip().lower().replace("_", " ")


def read(action: str, reply: Reply, *, as_xml: bool = False) -> dict[str, Any]:
    """Raises WhmcsRefused, or Failure."""
    if reply.status != 200 and reply.status not in _JUDGED:
        raise _status_failure(reply.status)
    try:
        given = xml_answer.decode(reply.body) if as_xml else answer.decode(reply.body)
    except Failure as failure:
        raise Failure(failure.reason, status=200) if reply.status == 200 else _status_failure(reply.status) from None
    if given["result"] == "success":
        if reply.status == 200:
            return given
        raise _status_failure(reply.status)
    message = str(given.get("message") or "")
    if refusal := refused_access(message, action, reply.status):
        raise refusal
    if reply.status == 200 or is_about_the_question(message):
        raise WhmcsRefused(action, message)
    raise _status_failure(reply.status)


def _status_failure(status: int) -> Failure:
    if 300 <= status < 400:
        return Failure("redirect", status=status)
    if status == 429:
        return Failure("too_many_requests", status=status)
    if status == 403:
        return Failure("forbidden", status=status)
    return Failure("server_error" if status >= 500 else "unexpected_status", status=status)
