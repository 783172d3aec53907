"""What the template of one's own access tokens gets."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from msgspec import Struct, field

from counterfoil.accounts.tokens import AccessToken
from counterfoil.web.views.navigation import TOKENS
from counterfoil.web.views.shell import View


class TokenForm(Struct, frozen=True):
    """As it was filled in."""

    name: str = ""
    scope: str = "read"
    client_id: int = 0
    expires_on: str = ""


class Choice(Struct, frozen=True):
    client_id: int
    name: str


class TokensPage(View, frozen=True):
    """`made` is shown this once. `names`: of the clients that tokens are for. `first`, `last`: between these days one
    may end.
    """

    template: ClassVar[str] = "tokens/list.html"
    section: ClassVar[str] = TOKENS.section

    tokens: tuple[AccessToken, ...]
    choices: tuple[Choice, ...]
    form: TokenForm
    first: date
    last: date
    made: str = ""
    has_ended: bool = False
    messages: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_error(self) -> bool:
        return bool(self.messages)

    def client(self, token: AccessToken) -> str:
        named = (each.name for each in self.choices if each.client_id == token.client_id)
        return next(named, str(token.client_id))
