"""Who may tell the portal that something changed, and what a bad message gets."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import select, update

from counterfoil.db.engine import make_engine, transaction
from counterfoil.db.tables import webhook_event
from tests.portal.conftest import Portal
from tests.portal.test_sign_in import problem

BODY = b'{"type": "ping", "timestamp": "2026-11-23T00:00:00Z", "data": {}}'


def test_a_repeated_message_is_received(portal: Portal) -> None:
    """The same id gets the same answer."""
    assert portal.webhook("invoice.paid", id_="msg_same", invoice_id=1, client_id=1).status_code == 204
    assert portal.webhook("invoice.paid", id_="msg_same", invoice_id=1, client_id=1).status_code == 204


def test_a_message_that_has_held_for_long_has_no_second_effect(portal: Portal, ada: httpx2.Client) -> None:
    """A sender that repeats itself for hours costs WHMCS nothing."""
    hours_ago = datetime.now(UTC) - timedelta(hours=2)
    body = {"type": "invoice.paid", "timestamp": hours_ago.isoformat(), "data": {"invoice_id": 1, "client_id": 1}}
    assert portal.deliver(json.dumps(body).encode(), "msg_old", time.time()).status_code == 204
    asyncio.run(make_old(portal.stack.settings["database_url"], "msg_old"))
    ada.get("/api/v1/invoices")
    portal.whmcs.forget_calls()
    assert portal.deliver(json.dumps(body).encode(), "msg_old", time.time()).status_code == 204
    ada.get("/api/v1/invoices")
    assert "GetInvoices" not in portal.whmcs.actions()


def test_a_message_that_was_not_made_to_hold_counts_again(portal: Portal, ada: httpx2.Client) -> None:
    """Recorded, but answered 503: the next try must do what the first could not."""
    assert portal.webhook("invoice.paid", id_="msg_failed", invoice_id=1, client_id=1).status_code == 204
    asyncio.run(make_old(portal.stack.settings["database_url"], "msg_failed", held=False))
    ada.get("/api/v1/invoices")
    portal.whmcs.forget_calls()
    assert portal.webhook("invoice.paid", id_="msg_failed", invoice_id=1, client_id=1).status_code == 204
    ada.get("/api/v1/invoices")
    assert "GetInvoices" in portal.whmcs.actions()


def test_an_event_that_names_nobody_clears_everybody(portal: Portal, ada: httpx2.Client) -> None:
    """Of a type that we know: somebody's invoice did change."""
    ada.get("/api/v1/invoices")
    portal.whmcs.forget_calls()
    assert portal.webhook("invoice.paid").status_code == 204
    ada.get("/api/v1/invoices")
    assert "GetInvoices" in portal.whmcs.actions()


async def make_old(database_url: str, event_id: str, *, held: bool = True) -> None:
    """As if it had come an hour ago. Its effect is noted after the 204, so that is waited for."""
    engine = make_engine(database_url)
    this = webhook_event.c.id == event_id
    async with asyncio.timeout(60):
        while True:
            async with transaction(engine) as connection:
                if await connection.scalar(select(webhook_event.c.applied_at).where(this)):
                    break
            await asyncio.sleep(0.01)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    async with transaction(engine) as connection:
        await connection.execute(update(webhook_event).where(this).values(applied_at=hour_ago if held else None))
    await engine.dispose()


def test_a_busy_sender_with_a_wrong_secret_is_told_so(portal: Portal) -> None:
    """429 on WHMCS's status page would send its administrator the wrong way."""
    answers = [portal.deliver(BODY, f"msg_{number}", time.time(), "v1,AAAA") for number in range(100)]
    assert {problem(answer) for answer in answers} == {(401, "bad_signature")}


@pytest.mark.parametrize("age", [-3600, -301, 330, 3600])
def test_old_and_future_messages_are_refused(portal: Portal, age: int) -> None:
    """Five minutes either way."""
    assert problem(portal.deliver(BODY, "msg_1", time.time() + age)) == (401, "bad_signature")


@pytest.mark.parametrize("signature", ["v1,", "v1,AAAA", "v0,AAAA", "AAAA", "v1,===="])
def test_unsigned_messages_are_refused(portal: Portal, signature: str) -> None:
    """Whatever stands where the signature should."""
    assert problem(portal.deliver(BODY, "msg_1", time.time(), signature)) == (401, "bad_signature")


def test_a_message_without_headers_is_refused(portal: Portal) -> None:
    assert problem(httpx2.post(f"{portal.stack.url}/webhooks/whmcs", content=BODY, timeout=60)) == (
        401,
        "bad_signature",
    )


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'{"type": 7, "data": {}}', b'{"data": {}}'])
def test_signed_nonsense_is_a_bad_request(portal: Portal, body: bytes) -> None:
    """400 tells the sender that trying again is no use."""
    assert portal.deliver(body, "msg_1", time.time()).status_code == 400


def test_an_unknown_type_clears_the_client_it_names(portal: Portal, ada: httpx2.Client) -> None:
    """A newer sender knows events that we do not."""
    ada.get("/api/v1/invoices")
    portal.whmcs.forget_calls()
    assert portal.webhook("invoice.argued_about", client_id=1).status_code == 204
    ada.get("/api/v1/invoices")
    assert "GetInvoices" in portal.whmcs.actions()


def test_a_permission_taken_away_is_gone_at_once(portal: Portal) -> None:
    """user.updated reaches every worker's copy of the session."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 4})
        assert chidi.get("/api/v1/invoices").status_code == 200
        portal.whmcs.control("PUT", "users/3/permissions/4", {"permissions": ["profile"]})
        assert portal.webhook("user.updated", user_id=3).status_code == 204
        for _ in range(4):
            assert problem(chidi.get("/api/v1/invoices")) == (403, "permission_denied")
