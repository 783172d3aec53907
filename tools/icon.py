"""Draws static/touch-icon.png: the mark of the icon in grey on grey, which the portal colours (http/assets/icons.py).
Run it as `python -m tools.icon` after the drawing was changed there.
"""

import struct
import zlib
from itertools import pairwise
from math import hypot
from pathlib import Path

from tools.arguments import take_none

OUT = Path(__file__).parent.parent / "src/counterfoil/web/static/touch-icon.png"
SIZE = 512
SHADES = 32
WIDTH = 2.2
"""Of the stroke, in the drawing's units: 32 of them are the whole width."""

OUTLINE = [(10, 7), (22, 7), (22, 25), (19, 23), (16, 25), (13, 23), (10, 25), (10, 7)]
STROKES = [*pairwise(OUTLINE), ((13, 12), (19, 12)), ((13, 16), (19, 16))]


def main() -> None:
    rows = b"".join(b"\0" + bytes(map(_shade, [(x + 0.5) for x in range(SIZE)], [y + 0.5] * SIZE)) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 3, 0, 0, 0)
    palette = b"".join(bytes([round(255 * step / (SHADES - 1))]) * 3 for step in range(SHADES))
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    OUT.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks))


def _shade(x: float, y: float) -> int:
    """0: ground, the last: mark."""
    unit = SIZE / 32
    nearest = min(_distance((x / unit, y / unit), *each) for each in STROKES)
    return round((SHADES - 1) * max(0.0, min(1.0, (WIDTH / 2 - nearest) * unit + 0.5)))


def _distance(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    share = (point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]
    share = max(0.0, min(1.0, share / (along[0] ** 2 + along[1] ** 2)))
    return hypot(point[0] - start[0] - share * along[0], point[1] - start[1] - share * along[1])


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    take_none(__doc__)
    main()
