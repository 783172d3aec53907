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
