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
