"""The brand's colour, made readable."""

import re

import pytest

from counterfoil.web.http.accent import accent_css, contrast

COLOUR = re.compile("#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")


@pytest.mark.parametrize("accent", ["#ffd400", "#0b6e4f", "#777777", "#ffffff", "#000000", "#ff2d55"])
def test_any_accent_can_be_read(accent: str) -> None:
    """Whatever the brand's colour, words in it and on it have a contrast of 4.5."""
    tokens = {
        name: [(int(red, 16), int(green, 16), int(blue, 16)) for red, green, blue in COLOUR.findall(colours)]
        for name, colours in re.findall(r"--([a-z-]+):([^;}]+)", accent_css(accent))
    }
    (over,) = tokens["on-accent"]
    assert [contrast(fill, over) >= 4.5 for fill in tokens["accent"] + tokens["accent-hover"]] == [True, True]
    surfaces = [((245, 246, 248), tokens["accent-tint"][0]), ((32, 38, 47), tokens["accent-tint"][1])]
    for colour, under in zip(tokens["accent-ink"], surfaces, strict=True):
        assert [contrast(colour, surface) >= 4.5 for surface in under] == [True, True]
