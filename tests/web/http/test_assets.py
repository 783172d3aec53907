"""Style sheet, scripts, icons and manifest."""

import gzip
import json
import re
import struct
import zlib

import pytest

from counterfoil.errors import NotFound
from counterfoil.web.http.accent import contrast, parse
from counterfoil.web.http.assets import Assets


def test_assets_are_named_by_their_content() -> None:
    """Another accent is another file, so that both may be kept for ever."""
    plain, branded = Assets(), Assets("#ffd400")
    assert plain.address("portal.css") == Assets().address("portal.css")
    assert plain.address("portal.css") != branded.address("portal.css")
    file = branded.file(branded.address("portal.css").removeprefix("/static/"))
    assert b"--accent:#ffd400" in file.body
    assert gzip.decompress(file.zipped) == file.body
    with pytest.raises(NotFound):
        plain.file("portal.css")


def test_of_another_release_our_own_is_given_and_not_kept() -> None:
    """While machines are upgraded one by one, a page asks whichever for its style sheet: never none, never for good."""
    plain, branded = Assets(), Assets("#ffd400")
    theirs = branded.address("portal.css").removeprefix("/static/")
    given, kept = plain.served(theirs)
    assert given.body == plain.file(plain.address("portal.css").removeprefix("/static/")).body
    assert kept == "no-store"
    assert "immutable" in branded.served(theirs)[1]
    for name in ("portal.0123456789ab.txt", "other.0123456789ab.css", "portal.css", "../portal.0123456789ab.css"):
        with pytest.raises(NotFound):
            plain.served(name)


def test_icons_wear_the_brands_colour() -> None:
    """In the tab, also in the dark; and as a PNG for home screens, in which nothing but the palette differs."""
    assets = Assets("#112233", "North & wind")
    drawing = body(assets, "icon.svg").decode()
    assert "rect{fill:#112233}" in drawing
    dark = re.search(r"dark\)\{rect\{fill:(#[0-9a-f]{6})", drawing)
    assert dark
    assert contrast(parse(dark[1]), parse("#151a21")) >= 3
    ours, theirs = (pixels(body(each, "touch-icon.png")) for each in (Assets(), assets))
    assert ours[0] == theirs[0] == (512, 512)
    assert ours[2] == theirs[2]
    assert (theirs[1][0], theirs[1][-1]) == ((0x11, 0x22, 0x33), (255, 255, 255))


def test_the_manifest_names_what_there_is() -> None:
    assets = Assets("#112233", "North & wind")
    manifest = json.loads(body(assets, "manifest.webmanifest"))
    assert (manifest["name"], manifest["theme_color"], manifest["start_url"]) == ("North & wind", "#112233", "/")
    for icon in manifest["icons"]:
        assert assets.file(icon["src"].removeprefix("/static/")).media_type == icon["type"]


def body(assets: Assets, name: str) -> bytes:
    return assets.file(assets.address(name).removeprefix("/static/")).body


def pixels(png: bytes) -> tuple[tuple[int, ...], list[tuple[int, ...]], bytes]:
    """Size, palette and what is drawn. Every chunk's checksum is right."""
    chunks, at = {}, 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert zlib.crc32(name + data) == int.from_bytes(png[at + 8 + size : at + 12 + size])
        chunks[name], at = data, at + 12 + size
    palette = [tuple(colour) for colour in batched(chunks[b"PLTE"])]
    return struct.unpack(">II", chunks[b"IHDR"][:8]), palette, zlib.decompress(chunks[b"IDAT"])


def batched(palette: bytes) -> list[bytes]:
    return [palette[at : at + 3] for at in range(0, len(palette), 3)]
