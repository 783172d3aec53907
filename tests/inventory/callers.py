"""Who asks: the columns of docs/routes.md, and how each of them comes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx2

from tests.stack import Stack

ADA, BOB, CHIDI, DINA, NORA, SAM = (f"{name}@example.com" for name in ("ada", "bob", "chidi", "dina", "nora", "sam"))
PASSWORD = "demo-password-1"

RIGHTS = ["profile", "contacts", "products", "manageproducts", "invoices", "quotes", "orders"]
GUESTS = {3: RIGHTS, 8: ["tickets"]}
"""Chidi may do everything on Ada's client, Sam none of what the portal does."""


class Caller(NamedTuple):
    """`client_id`: looks at this one of their clients. `scope`: comes with a token of Ada's. `views`: as staff, Ada."""

    heading: str
    email: str = ""
    client_id: int = 0
    scope: str = ""
    views: bool = False


CALLERS = (
    Caller("signed out"),
    Caller("owner", ADA),
    Caller("invited, with the right", CHIDI, 1),
    Caller("invited, without", SAM, 1),
    Caller("other client", BOB),
    Caller("token, read", scope="read"),
    Caller("token, pay", scope="pay"),
    Caller("staff", NORA),
    Caller("staff, viewing", NORA, views=True),
)


def admit(stack: Stack) -> None:
    """Before anybody signs in: who was invited to what, and who is staff."""
    stack.command("staff", "grant", NORA)
    for user_id, permissions in GUESTS.items():
        stack.sandbox.control("PUT", f"users/{user_id}/permissions/1", {"permissions": permissions})


@contextmanager
def admitted(stack: Stack, caller: Caller) -> Iterator[httpx2.Client]:
    """A new session, which is signed out of in the end, wherever the request itself left it."""
    with stack.visitor(ADA if caller.scope else caller.email) as client:
        if caller.client_id:
            client.put("/api/v1/session/client", json={"client_id": caller.client_id}).raise_for_status()
        if caller.views:
            form = {"email": ADA, "reason": "For the inventory"}
            assert client.post("/staff/clients/1/view", data=form).headers["location"] == "/"
        if caller.scope:
            with program(stack, token_of(client, caller.scope)) as one:
                yield one
        else:
            yield client
        client.delete("/api/v1/session")


def token_of(client: httpx2.Client, scope: str) -> str:
    answer = client.post("/api/v1/tokens", json=wanted_token(scope, 1))
    answer.raise_for_status()
    return str(answer.json()["token"])


def wanted_token(scope: str, client_id: int) -> dict[str, object]:
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    return {"name": f"May {scope}", "scope": scope, "client_id": client_id, "expires_on": day}


@contextmanager
def program(stack: Stack, token: str) -> Iterator[httpx2.Client]:
    headers = {"authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=stack.url, headers=headers, timeout=60) as client:
        yield client
