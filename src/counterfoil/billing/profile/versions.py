"""Which version of a profile somebody saw, so that what was changed elsewhere meanwhile is not overwritten unseen."""

import base64
from collections.abc import Mapping
from hashlib import blake2b

from counterfoil.billing.profile.contents import PREFERENCES, texts_of
from counterfoil.billing.profile.entered import as_sent
from counterfoil.billing.profile.rules import TEXTS
from counterfoil.model import Client, EmailPreferences


class ProfileVersion:
    """What somebody saw when they began to edit: a fingerprint of each field, as one word."""

    def __init__(self, word: str) -> None:
        marks = word.split(".")
        self._marks = dict(zip((*TEXTS, PREFERENCES), marks, strict=False)) if len(marks) == len(TEXTS) + 1 else {}

    @classmethod
    def word_for(cls, client: Client) -> str:
        return ".".join(map(_mark, (*texts_of(client).values(), _joined(client.email_preferences))))

    def has(self, name: str, text: str) -> bool:
        """Whether that is what they saw; a field of one line sends it without the ends of its lines."""
        return self._marks.get(name) == _mark(text)

    def has_preferences(self, preferences: Mapping[str, bool]) -> bool:
        """`preferences` holds every kind."""
        return self.has(PREFERENCES, _joined(EmailPreferences(**preferences)))

    def changed_fields(self, now: Client) -> frozenset[str]:
        """Fields that are something else by now; all of them for a word that is none of ours."""
        held = {**texts_of(now), PREFERENCES: _joined(now.email_preferences)}
        return frozenset(name for name, text in held.items() if not self.has(name, text))


def _mark(text: str) -> str:
    sent = as_sent(text).encode("utf-8", "replace")
    return base64.urlsafe_b64encode(blake2b(sent, digest_size=6).digest()).decode()


def _joined(preferences: EmailPreferences | None) -> str:
    return repr(preferences)
