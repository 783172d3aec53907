"""The portal's icon in the brand's colour: drawn for tabs, light and dark, and as a picture for home screens."""

from itertools import chain
from zlib import crc32

from counterfoil.web.http.accent import Colour, IconColours

_DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><style>'
    "rect{{fill:{ground}}}path{{stroke:{mark}}}"
    "@media (prefers-color-scheme:dark){{rect{{fill:{dark_ground}}}path{{stroke:{dark_mark}}}}}</style>"
    '<rect width="32" height="32" rx="8"/>'
    '<path d="M10 7h12v18l-3-2-3 2-3-2-3 2zM13 12h6M13 16h6" fill="none" stroke-width="2.2" '
    'stroke-linejoin="round" stroke-linecap="round"/></svg>'
)


def icon_svg(colours: IconColours) -> bytes:
    return _DRAWING.format(**colours._asdict()).encode()


def tinted(picture: bytes, ground: Colour, mark: Colour) -> bytes:
    """The PNG with a palette that goes from one colour to the other. tools/icon.py draws it once, in grey: its numbers
    say how much of a pixel the mark covers. So nothing has to be drawn, or compressed, at the start.
    """
    at = picture.index(b"PLTE") - 4
    size = int.from_bytes(picture[at : at + 4])
    last = size // 3 - 1
    shades = (
        bytes(round(a + (b - a) * step / last) for a, b in zip(ground, mark, strict=True)) for step in range(last + 1)
    )
    palette = b"PLTE" + bytes(chain.from_iterable(shades))
    return picture[: at + 4] + palette + crc32(palette).to_bytes(4) + picture[at + 12 + size :]
