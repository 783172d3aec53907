"""From the brand's one colour to an accent that can be read on every surface, light and dark."""

_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)
_SURFACES = {"light": ((246, 247, 249), _WHITE), "dark": ((15, 19, 24), (23, 28, 35), (35, 42, 52))}
"""What accent-coloured text stands on: --paper, --card and --mute-bg of tokens.css."""

_READABLE = 4.5
"""WCAG 2.2, 1.4.3."""

Colour = tuple[int, int, int]


def accent_css(accent: str) -> str:
    """`accent` is "#rrggbb". The fill stays the brand's own; text in it is black or white, whichever reads better."""
    fill = _parse(accent)
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


def _parse(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
