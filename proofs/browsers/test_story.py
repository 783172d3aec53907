"""The story, told by roles and names as people see them, whatever the engine."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proofs.browsers.chromium import Chromium
from proofs.browsers.engine import Engine, click, until, write
from proofs.browsers.firefox import Firefox
from proofs.browsers.webkit import WebKit
from tests.stack import Stack, running_stack

# As much of how names are worked out as our pages need.
FIND = """(role, pattern) => {
  const kinds = {
    link: "a[href]", button: "button, summary", checkbox: "input[type=checkbox]",
    field: "input:not([type=hidden], [type=checkbox]), select", heading: "h1",
  };
  const said = (node) => node.getAttribute("aria-label") ?? (node.labels?.[0] ?? node).textContent;
  const name = (node) => said(node).trim().replace(/\\s+/g, " ");
  const wanted = new RegExp(pattern);
  return [...document.querySelectorAll(kinds[role])]
    .filter((node) => wanted.test(name(node)) && node.checkVisibility())
    .map((node, at) => {
      if (at === 0) node.scrollIntoView({ block: "center", behavior: "instant" });
      const { x, y, width, height } = node.getBoundingClientRect();
      return { name: name(node), x: x + width / 2, y: y + height / 2 };
    });
}"""


IS_PAID = """number => {
  const row = [...document.querySelectorAll("main tr")].find((each) => each.innerText.includes(number));
  return document.readyState === "complete" && (!row || /Paid/.test(row.innerText));
}"""
"""Of a list that shows what is to pay: the row says so, or has gone."""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Stack]:
    with running_stack(tmp_path) as running:
        yield running


class Person:
    """Somebody before a browser."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def finds(self, role: str, name: str) -> list[dict[str, Any]]:
        """All that there are now."""
        return self.engine.call(FIND, role, name) or []

    def sees(self, role: str, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = until(f"{role} {name}", lambda: self.finds(role, name)[:1])
        return found[0]

    def presses(self, role: str, name: str) -> None:
        place = self.sees(role, name)
        click(self.engine, place["x"], place["y"])

    def fills_in(self, name: str, text: str) -> None:
        """In the place of what stands there."""
        self.presses("field", name)
        self.engine.call("() => document.activeElement.select()")
        write(self.engine, text)

    def reads(self, *texts: str) -> None:
        until(f"{texts} on the page", lambda: all(each in self.page for each in texts))

    @property
    def page(self) -> str:
        return str(self.engine.call("() => document.body?.innerText ?? ''"))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", [Chromium, Firefox, WebKit], ids=["chromium", "firefox", "webkit"])
def test_the_story(portal: Stack, tmp_path: Path, kind: Callable[[Path], Engine]) -> None:
    """Sign in, filter, select two, pay, Paid by itself, edit the address, sign out."""
    engine = kind(tmp_path)
    try:
        story(portal, Person(engine), kind.__name__)
    finally:
        engine.close()


def story(portal: Stack, ada: Person, address: str) -> None:
    ada.engine.open(f"{portal.url}/sign-in")
    ada.fills_in("^E-mail address", "ada@example.com")
    ada.fills_in("^Password", "demo-password-1")
    ada.presses("button", "^Sign in$")
    ada.sees("heading", "^Overview$")

    ada.presses("link", "^Invoices$")
    ada.sees("heading", "^Invoices")
    ada.presses("link", "^To pay")
    until("only what is to pay", lambda: "view=to_pay" in ada.engine.call("() => location.search"))
    ada.sees("checkbox", "^Select [^a]")
    chosen = [each["name"].removeprefix("Select ") for each in ada.finds("checkbox", "^Select [^a]")[:2]]
    for number in chosen:
        ada.presses("checkbox", f"^Select {re.escape(number)}$")
    ada.reads("2 selected")
    ada.engine.call("() => { window.sameDocument = true }")
    pays_in_whmcs(portal, ada)

    until("Paid by itself", lambda: all(ada.engine.call(IS_PAID, number) for number in chosen))
    assert ada.engine.call("() => window.sameDocument === true")

    ada.presses("link", "^Paid")
    for number in chosen:
        ada.sees("link", f"^{re.escape(number)}$")
    ada.presses("button", "Menu")
    ada.presses("link", "^Profile$")
    ada.fills_in("^Address$", f"1 {address} Street")
    ada.presses("button", "^Save")
    ada.reads("Saved")
    assert ada.engine.call("() => document.querySelector('[name=address1]').value") == f"1 {address} Street"

    ada.presses("button", "Menu")
    ada.presses("button", "^Sign out$")
    ada.reads("You are signed out.")


def pays_in_whmcs(portal: Stack, ada: Person) -> None:
    """In the tab that opens; then back in the first."""
    first = ada.engine.tabs()
    ada.presses("button", "^Pay selected|^Pay .*selected")
    (tab,) = until("another tab", lambda: [each for each in ada.engine.tabs() if each not in first])
    ada.engine.switch(tab)
    until("WHMCS", lambda: str(ada.engine.call("() => location.href")).startswith(portal.sandbox.url))
    ada.presses("button", "^Continue$")
    ada.presses("button", "^Pay")
    ada.engine.switch(first[0])
