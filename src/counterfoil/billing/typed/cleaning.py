"""The one cleaning step for what people type and paste: names, codes, e-mail addresses, texts to search for.

What is cleaned away nobody sees: marks that word processors, PDF files and keyboards put between characters.
"""

import re
import unicodedata

_BREAKS = "\u00ad\u200b\u2060\ufeff"
"""Soft hyphen, zero-width space, word joiner, byte-order mark: they say where a line may end."""
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_OTHERS = "\u034f\u180b-\u180e\u200c\u200d\u2061-\u2064\u206a-\u206f\ufe00-\ufe0f\ufff9-\ufffb"
"""Joiners and variation selectors, which shape letters and pictures, and what no editor shows."""

_BREAK = re.compile(f"[{_BREAKS}]")
_UNSEEN = re.compile(f"[{_BREAKS}{_DIRECTIONS}{_OTHERS}]")
_DASH = re.compile("[\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u30fc\u30a0]")
"""Also the Japanese sound mark, which the same key writes."""
_POST_MARK = re.compile("[\u3012\u3020\u3036]")
_APOSTROPHE = re.compile("[\u02bc\u2018\u2019\u2032]")
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by Unicode's word, blanks to the eye."""


def prose(text: str) -> str:
    """Of names and addresses. Joiners stay, for some scripts need them, and so do marks that turn the direction, for
    whoever judges the text. What shows nothing at all is "".
    """
    text = _BREAK.sub("", unicodedata.normalize("NFC", text)).strip().strip("\u200c\u200d\u200e\u200f").strip()
    return text if any(map(_is_seen, text)) else ""


def _is_seen(character: str) -> bool:
    return character not in _FILLERS and unicodedata.category(character)[0] in "LNPSC" and not _UNSEEN.match(character)


def code(text: str) -> str:
    """Of postcodes, phone numbers, tax ids: plain letters, digits and dashes, single spaces."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    plain = _POST_MARK.sub("", _DASH.sub("-", plain))
    plain = "".join(character if character.isascii() else _digit(character) for character in plain)
    return " ".join(plain.split())


def _digit(character: str) -> str:
    """Of any script."""
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def address(text: str) -> str:
    """An e-mail address. Its letters stay as they are; full-width ones of ASCII become ASCII."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return "".join(chr(ord(each) - 0xFEE0) if "\uff01" <= each <= "\uff5e" else each for each in plain).strip()


def searched(text: str) -> str:
    """As it stands in the search box again: what can be seen of it."""
    return " ".join(_UNSEEN.sub("", text).split())


def has_controls(text: str) -> bool:
    """Characters that no keyboard writes and no page shows, or halves of one."""
    return any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def folded(text: str) -> str:
    """As it is compared: both sides of a search."""
    if text.isascii():
        return text.lower()
    return " ".join(_APOSTROPHE.sub("'", code(text)).split()).casefold()
