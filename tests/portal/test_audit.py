"""What people do is on record: who, for which client, from where; never a value, a link or a secret."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from counterfoil.audit import repository
from counterfoil.audit.verifying import verify
from counterfoil.db.engine import make_engine
from tests.portal.conftest import Portal
from tests.stack import running_stack


def entries(portal: Portal) -> list[dict[str, Any]]:
    """Newest first; the trail must be whole."""

    async def read() -> list[dict[str, Any]]:
        engine = make_engine(portal.stack.settings["database_url"])
        try:
            assert (await verify(engine)).problems == []
            return [
                {name: getattr(each, name) for name in each.__struct_fields__}
                for each in await repository.find(engine, limit=100)
            ]
        finally:
            await engine.dispose()

    return asyncio.run(read())


@pytest.fixture
def seen(portal: Portal) -> int:
    """The number of the last entry before the test."""
    return next((each["number"] for each in entries(portal)), 0)


def test_signing_in_and_out_is_on_record(portal: Portal, seen: int) -> None:
    """With the person's number and network address, before the answer comes."""
    with portal.visitor("ada@example.com") as client:
        (entry,) = [each for each in entries(portal) if each["number"] > seen]
        assert (entry["action"], entry["by"], entry["details"]) == ("signed_in", "self", {"way": "password"})
        assert entry["account_id"]
        assert entry["address"]
        assert client.delete("/api/v1/session").status_code == 204
    assert entries(portal)[0]["action"] == "signed_out"
    assert entries(portal)[0]["account_id"] == entry["account_id"]


def test_a_failed_sign_in_is_on_record(tmp_path: Path) -> None:
    """Whoever tried, with the cause and how often; what was typed is nowhere. Stopping writes what was counted."""
    with running_stack(tmp_path) as stack:
        with stack.visitor("ada@example.com") as client:
            for password in ("hunter2", "hunter3", "hunter4"):
                client.post("/api/v1/session", json={"email": "ADA@example.com", "password": password})
        stack.portal.stop()
        found = list(reversed(entries(Portal(stack))))
    assert [each["action"] for each in found] == ["signed_in", "sign_in_failed", "sign_in_failed"]
    assert {each["account_id"] for each in found} == {found[0]["account_id"]}
    assert [each["details"] for each in found[1:]] == [
        {"code": "sign_in_failed"},
        {"again": 2, "code": "sign_in_failed"},
    ]
    assert "hunter" not in str(found)


def test_hand_offs_and_edits_are_on_record(portal: Portal, ada: httpx2.Client, seen: int) -> None:
    """Which invoice and which fields; neither the link nor what was written."""
    link = ada.post("/api/v1/payment-methods/link").json()["url"]
    assert ada.patch("/api/v1/profile", json={"city": "Newtown-on-Audit"}).status_code == 200
    assert ada.patch("/api/v1/profile", json={"city": "Newtown-on-Audit"}).status_code == 200
    found = [each for each in entries(portal) if each["number"] > seen]
    shown = [(each["action"], each["client_id"], each["details"]) for each in reversed(found)]
    assert shown[-2:] == [
        ("handed_off", 1, {"to": "payment_methods"}),
        ("profile_edited", 1, {"fields": ["city"], "outcome": "saved"}),
    ]
    assert "Newtown" not in str(found)
    assert link.rpartition("=")[2] not in str(found)


def test_reads_write_nothing(portal: Portal, ada: httpx2.Client) -> None:
    """However cold they are."""
    before = len(entries(portal))
    for path in ("/invoices", "/api/v1/invoices", "/profile", "/api/v1/summary"):
        assert ada.get(path, headers={"cache-control": "no-cache"}).status_code == 200
    assert len(entries(portal)) == before
