"""When two e-mail addresses are the same. Whether one is real, only its owner can say."""

import unicodedata
from hashlib import blake2b

LONGEST = 254
"""Characters (RFC 5321). What is longer is no address, and is not looked at: some characters become eighteen."""


def normalised(email: str) -> str:
    """The form in which addresses are compared and stored: no blanks around it, composed, lower case."""
    text = email.strip()
    if len(text) > LONGEST:
        return text
    return text if any(map(_poses_as_ascii, text)) else unicodedata.normalize("NFC", text).lower()


def same(one: str, other: str) -> bool:
    return normalised(one) == normalised(other)


def skeleton(email: str) -> str:
    """For counting only: equal for all addresses that WHMCS's database may take for one, which compares without accents
    and invisible characters.
    """
    text = unicodedata.normalize("NFKD", email[: LONGEST + 1].casefold())
    return "".join(character for character in text if character.isalnum() or "!" <= character <= "~")


def counted_as(email: str) -> str:
    """Whom failures of this address are counted for. A hash: people type their password into the wrong field, too."""
    return blake2b(skeleton(email).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _poses_as_ascii(character: str) -> bool:
    """The Kelvin sign would become a "k": whoever registered such an address would be taken for somebody else."""
    folded = unicodedata.normalize("NFC", character).lower()
    return folded.isascii() and not character.isascii()
