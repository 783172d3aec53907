"""The profile's form, as a browser without a script reads it and sends it."""

from html.parser import HTMLParser

import httpx2


class Form(HTMLParser):
    """The fields of the page's form as a browser without a script would send them."""

    def __init__(self, page: httpx2.Response) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.attributes: dict[str, dict[str, str | None]] = {}
        self._select = ""
        self.feed(page.text.partition("data-edit")[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag in {"input", "select"}:
            self.attributes[name] = given
            self._select = name if tag == "select" else ""
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.values[name] = (
                given.get("value") or "on" if given.get("type") == "checkbox" else given.get("value") or ""
            )
        if tag == "option" and "selected" in given:
            self.values[self._select] = given.get("value") or ""


def filled(page: httpx2.Response, **changes: str) -> dict[str, str]:
    return {**Form(page).values, **changes}
