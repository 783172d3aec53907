"""Addon in real PHP, portal with real workers and Redis, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.addon.installation import Installation
from tests.addon.test_delivery import DELIVERED, paid
from tests.browser import sign_in
from tests.servers import PostgresServer, RedisServer
from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def grown(
    tmp_path_factory: pytest.TempPathFactory, redis_process: RedisServer, postgres_process: PostgresServer
) -> Iterator[Stack]:
    """Several workers, Redis, PostgreSQL."""
    urls = {"database_url": postgres_process.new_database(), "cache_url": redis_process.url}
    with running_stack(tmp_path_factory.mktemp("grown"), workers=2, **urls) as stack:
        yield stack


def test_page_changes_when_php_hears_the_hook(grown: Stack, page: Page, small: Installation) -> None:
    """WHMCS fires InvoicePaid; the page that the customer has open says Paid, without being touched."""
    number = grown.sandbox.notable("ada.due_soon")
    small.settings(portal_url=grown.url, webhook_secret=grown.webhook_secret)
    small.sql("insert into tblinvoices (id, userid) values (?, 1)", number)
    sign_in(page, grown.url, "ada@example.com")
    page.goto(f"{grown.url}/invoices/{number}")
    status = page.locator("main .status").first
    expect(status).to_contain_text("To pay")
    grown.sandbox.control("PATCH", f"invoices/{number}", {"status": "Paid", "tell": False})
    small.play(paid(number))
    assert small.states() == [DELIVERED]
    expect(status).to_contain_text("Paid")


def test_test_button_meets_the_portal(grown: Stack, small: Installation) -> None:
    """Both versions are the same; with a wrong secret the administrator reads what to look at."""
    small.settings(portal_url=grown.url, webhook_secret=grown.webhook_secret)
    assert "Both have version" in small.play(["form", {"counterfoil_do": "test"}])[0]
    small.settings(webhook_secret=small.secret)
    assert "does not accept the signature" in small.play(["form", {"counterfoil_do": "test"}])[0]
