"""Pages of errors say what a person would say: never HTTP's phrases, and the field by its name."""

from collections.abc import Iterator
from http import HTTPStatus
from zoneinfo import ZoneInfo

import pytest

from counterfoil.errors import CounterfoilError, NotFound, RateLimited, ValidationFailed
from counterfoil.web.http.assets import Assets
from counterfoil.web.views.errors import Problem
from counterfoil.web.views.rendering import Renderer
from counterfoil.web.views.shell import Brand, Shell

RENDERER = Renderer(Brand("Northwind Internet"), Assets().address, zone=ZoneInfo("UTC"))
PHRASES = {status.phrase.casefold() for status in HTTPStatus if status >= 400} | {"permission denied", "internal error"}


def page(error: CounterfoilError, language: str = "en") -> str:
    return RENDERER.page(Problem(error=error), Shell(language)).decode()


def kinds(error: type[CounterfoilError]) -> Iterator[type[CounterfoilError]]:
    for kind in error.__subclasses__():
        yield from ([kind] if hasattr(kind, "code") and not issubclass(kind, RateLimited) else [])
        yield from kinds(kind)


def test_no_heading_is_https() -> None:
    """Of no error that there is."""
    headings = {Problem(error=kind.__new__(kind)).heading for kind in kinds(CounterfoilError)}
    assert len(headings) > 20
    assert [heading for heading in headings if heading.casefold() in PHRASES] == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Too many attempts. Try again in 40 seconds."),
        ("de", "Zu viele Versuche. Versuchen Sie es in 40 Sekunden erneut."),
        ("ja", "試行回数が多すぎます。40秒後にもう一度お試しください。"),
    ],
)
def test_how_long_to_wait_is_the_heading(language: str, words: str) -> None:
    """And the title begins with it."""
    shown = page(RateLimited(40), language)
    assert f"<h1>{words}</h1>" in shown
    assert f"<title>{words}" in shown


def test_what_is_not_there() -> None:
    assert "<h1>Page not found</h1>" in page(NotFound())


def test_fields_have_the_names_that_pages_give_them() -> None:
    """What has none there is not named at all."""
    shown = page(ValidationFailed(("year", "This value is not valid."), ("offset_x", "This value is not valid.")))
    assert "<strong>Year</strong>" in shown
    assert "offset_x" not in shown
