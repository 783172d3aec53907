"""One person, as staff see them: what holds for them, where they and their programs get in, lock-outs."""

from msgspec import Struct

from counterfoil.accounts.people import Account
from counterfoil.accounts.sessions import OpenSession
from counterfoil.accounts.tokens import AccessToken
from counterfoil.web.text.devices import device_of

DECISIONS = {
    "": "as WHMCS says",
    "linked": "linked by staff, whatever WHMCS says",
    "unlinked": "unlinked by staff, whatever WHMCS says",
}
"""What holds for a person and a client."""


class ShownPerson(Struct, frozen=True):
    """`decision` is a key of DECISIONS; `locked_for`: seconds, 0 when they are not locked out."""

    account: Account
    decision: str = ""
    sessions: tuple[OpenSession, ...] = ()
    tokens: tuple[AccessToken, ...] = ()
    locked_for: int = 0

    @property
    def decision_words(self) -> str:
        return DECISIONS[self.decision]

    @property
    def devices(self) -> tuple[tuple[OpenSession, str], ...]:
        """Each session, and the browser and system that it says it is."""
        return tuple((each, " on ".join(filter(None, device_of(each.user_agent)))) for each in self.sessions)
