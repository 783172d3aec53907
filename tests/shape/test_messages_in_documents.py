"""docs/troubleshooting.md: the messages in it are what the portal, its commands and the addon really say."""

import re

import pytest

from tests.shape.sources import ROOT, text, tracked

SPEAKING = ("src", "tools", "whmcs-addon")


def sayings() -> str:
    """Every file that can say something, with texts over several lines put together."""
    files = [path for path in tracked() if path.relative_to(ROOT).parts[0] in SPEAKING and path.suffix != ".po"]
    said = "\n".join(path.read_text(encoding="utf-8") for path in files if path.suffix not in {".png", ".woff2"})
    return re.sub(r'"\s*\n\s*f?"', "", said)


def messages() -> list[str]:
    rows = re.findall(r"^\| (`.+?) \|", text("docs/troubleshooting.md"), re.MULTILINE)
    return [message for row in rows for message in re.findall(r"`([^`]+)`", row)]


def test_every_message_is_said_somewhere() -> None:
    """Word for word: whoever searches the page for what they see finds it."""
    said = sayings()
    assert len(messages()) > 40
    assert [message for message in messages() if message not in said] == []


@pytest.mark.parametrize("invented", ["The portal is sad.", "is memory://, which two processes can use"])
def test_a_message_that_nobody_says_is_seen(invented: str) -> None:
    assert invented not in sayings()
