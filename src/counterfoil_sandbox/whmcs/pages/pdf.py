"""A real, one-page PDF out of lines of text, Japanese too. Nothing of invoices here."""

from collections.abc import Sequence

_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"

# The objects, in the order of their numbers; the fourth is the text.
_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
)
_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UTF16-H /DescendantFonts [6 0 R] >>"
)
_GLYPHS = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /FontDescriptor 7 0 R"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /DW 1000 /W [1 95 500] >>"
)
_MEASURES = (
    b"<< /Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4 /FontBBox [-92 -250 1010 922]"
    b" /ItalicAngle 0 /Ascent 752 /Descent -221 /CapHeight 737 /StemV 114 >>"
)


def document(lines: Sequence[str]) -> bytes:
    """A4; the first line is large. The viewer's own Japanese font, so that nothing has to be embedded."""
    text = b"BT /F1 18 Tf 56 780 Td 22 TL\n" + _show(lines[0]) + b" T* /F1 10 Tf 16 TL\n"
    text += b"".join(_show(line) + b" T*\n" for line in lines[1:48]) + b"ET"
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
    return _with_table([_CATALOG, _PAGES, _PAGE, stream, _FONT, _GLYPHS, _MEASURES])


def _show(line: str) -> bytes:
    return b"<" + line.encode("utf-16-be").hex().encode() + b"> Tj"


def _with_table(parts: Sequence[bytes]) -> bytes:
    body, offsets = bytearray(_HEAD), []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(body) + trailer % (len(parts) + 1, table, len(parts) + 1, len(body))
