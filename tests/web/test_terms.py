"""Ordering where the operator has terms and words of their own for the button."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from counterfoil.web.text.catalogue import translator
from tests.stack import Stack, running_stack

TERMS = "https://www.example.com/terms"
CHOICE = {"offer": "2:monthly", "quantity": "2", "gateway": "stripe"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("portal"), terms_url=TERMS, order_button="Buy it & pay") as running:
        yield running


def order(ada: httpx2.Client, key: str, **more: str) -> httpx2.Response:
    return ada.post("/order", data={**CHOICE, "key": key, "seen": "78.00 EUR", **more})


def test_the_review_says_what_one_agrees_to(ada: httpx2.Client) -> None:
    """A box that nobody has ticked beforehand, when it renews and for how much, and the operator's own button."""
    page = ada.get("/order", params=CHOICE).text
    assert f'<a href="{TERMS}" target="_blank" rel="noopener">terms' in page
    assert '<input type="checkbox" id="terms" name="terms" value="agreed" required>' in page
    assert "It renews by itself every month for €78.00, until you cancel it." in re.sub("<[^>]+>", "", page)
    assert "Buy it &amp; pay" in page
    assert "Place order and pay" not in page


def test_nothing_is_ordered_without_agreeing(portal: Stack, ada: httpx2.Client) -> None:
    """Whatever the browser checked: 422, said at the field and in the title, with the choice and the key kept."""
    portal.sandbox.forget_calls()
    for sent in ({}, {"terms": ""}, {"terms": "on"}):
        refused = order(ada, "terms1", **sent)
        assert refused.status_code == 422
        assert "<title>Error: Review the order" in refused.text
        assert 'aria-invalid="true" aria-describedby="terms-error"' in refused.text
        assert 'name="key" value="terms1"' in refused.text
    assert "AddOrder" not in portal.sandbox.actions()
    assert ada.get("/api/v1/orders").json()["total"] == 0


def test_what_was_agreed_to_is_noted_with_the_order(portal: Stack, ada: httpx2.Client) -> None:
    """The address of the terms and the time, for whoever has to show it later."""
    placed = order(ada, "terms2", terms="agreed")
    assert placed.status_code == 303
    number = placed.headers["location"].rpartition("/")[2]
    shown = portal.command("order", "show", number)
    assert f"agreed to {TERMS}" in shown


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Place order and pay"),
        ("de", "Zahlungspflichtig bestellen"),
        ("fr", "Commander avec obligation de paiement"),
        ("es", "Pedido con obligación de pago"),
        ("ja", "注文を確定する"),
    ],
)
def test_the_words_that_are_shipped(language: str, words: str) -> None:
    """What the law asks for, where the operator says nothing."""
    assert translator(language)("Place order and pay") == words
