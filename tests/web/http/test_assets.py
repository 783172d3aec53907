"""Style sheet, scripts and icon."""

import gzip

import pytest

from counterfoil.errors import NotFound
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
