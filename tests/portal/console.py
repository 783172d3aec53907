"""The staff console as a member of staff goes through it."""

import re

import httpx2

from counterfoil.cache import rules

PAGE = {"accept": "text/html"}
ADA = "ada@example.com"
SETTLED = rules.SETTLE + 0.5
"""Seconds after a clear from which on a value counts for all of its lifetime."""


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def look_at(nora: httpx2.Client, email: str, client_id: int, reason: str = "They called about an invoice") -> None:
    form = {"email": email, "reason": reason}
    answer = nora.post(f"/staff/clients/{client_id}/view", data=form, headers=PAGE)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/"), words(answer.text)


def ends_on(page: str) -> list[str]:
    """The addresses that end one session each."""
    return re.findall(r'action="(/staff/people/\d+/sessions/\w+/end)"', page)
