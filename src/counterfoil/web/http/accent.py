"""From the brand's one colour to an accent that can be read on every surface, light and dark."""

from typing import NamedTuple

_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)
_SURFACES = {"light": ((245, 246, 248), _WHITE), "dark": ((13, 17, 22), (21, 26, 33), (32, 38, 47))}
"""What accent-coloured text stands on: --paper, --card and --mute-bg of tokens.css."""

_READABLE = 4.5
"""WCAG 2.2, 1.4.3."""

_SEEN = 3.0
"""1.4.11: a shape on the dark bar of a browser."""

Colour = tuple[int, int, int]


def accent_css(accent: str) -> str:
    """`accent` is "#rrggbb". The fill stays the brand's own; text in it is black or white, whichever reads better."""
    fill = parse(accent)
    over = max((_WHITE, _BLACK), key=lambda colour: contrast(fill, colour))
    tints = [_mixed(_SURFACES[scheme][1], fill, 0.07) for scheme in ("light", "dark")]
    light = _readable(fill, _BLACK, (*_SURFACES["light"], tints[0]))
    dark = _readable(fill, _WHITE, (*_SURFACES["dark"], tints[1]))
    # Away from the text in it, so that it reads no worse.
    hover = _mixed(fill, _BLACK if over == _WHITE else _WHITE, 0.14)
    return (
        f"@layer tokens{{:root{{--accent:{accent};--on-accent:{_hex(over)};"
        f"--accent-ink:light-dark({_hex(light)},{_hex(dark)});"
        f"--accent-hover:{_hex(hover)};--accent-deep:{_hex(_mixed(fill, _BLACK, 0.35))};"
        f"--accent-tint:light-dark({','.join(map(_hex, tints))})}}}}"
    )


class IconColours(NamedTuple):
    """As CSS writes them."""

    ground: str
    mark: str
    dark_ground: str
    dark_mark: str


def icon_colours(accent: str) -> IconColours:
    """The brand's own, lighter in the dark only if it would not be seen there. Without one: ours, as in tokens.css."""
    if not accent:
        return IconColours("#0b6e4f", "#ffffff", "#4fd1a5", "#06281d")
    fill = parse(accent)
    dark = fill if contrast(fill, _SURFACES["dark"][1]) >= _SEEN else _readable(fill, _WHITE, _SURFACES["dark"])
    marks = [max((_WHITE, _BLACK), key=lambda colour: contrast(ground, colour)) for ground in (fill, dark)]
    return IconColours(_hex(fill), _hex(marks[0]), _hex(dark), _hex(marks[1]))


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _readable(colour: Colour, towards: Colour, surfaces: tuple[Colour, ...]) -> Colour:
    for step in range(21):
        candidate = _mixed(colour, towards, step / 20)
        if all(contrast(candidate, surface) >= _READABLE for surface in surfaces):
            return candidate
    return towards


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parse(text: str) -> Colour:
    """Of "#rrggbb"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
