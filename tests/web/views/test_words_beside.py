"""What a page says beside what it shows: what a button does with the tabs, what a tab is called."""

import re

import pytest

from tests.web.views.served import RENDERER
from tests.web.views.specimens import PAGES
from tests.web.views.test_templates import document


@pytest.mark.parametrize("name", [name for name, (_, shell) in PAGES.items() if shell.language == "en"])
def test_what_opens_a_tab_says_so(name: str) -> None:
    """In words for those who hear the page; those who see it have an icon."""
    page = RENDERER.page(*PAGES[name]).decode()
    opening = re.findall(r'<(form|a)([^>]* target="_blank".*?)</\1>', page, re.DOTALL)
    assert [text for _, text in opening if "opens in a new tab" not in text] == []


@pytest.mark.parametrize("name", ["list", "subscriptions", "transactions", "credit", "quotes", "contacts"])
def test_lists_say_their_number_in_the_title(name: str) -> None:
    """One of many tabs is found by it."""
    assert re.fullmatch(r"[A-Z][a-z]+ \(\d+\) · Northwind Internet", document(name).texts["title"][0])


def test_a_status_that_is_not_known_is_not_called_a_payment() -> None:
    """WHMCS has modules with states of their own: that somebody has paid is not to be read out of them."""
    page = RENDERER.page(*PAGES["invoice-unknown-status"]).decode()
    assert "Status cannot be shown" in page
    assert "contact us before you pay it" in page
    assert "being processed" not in page
    assert "Payment processing" not in page
