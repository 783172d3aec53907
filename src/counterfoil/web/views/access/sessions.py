"""What the template of one's own sign-ins gets."""

from typing import ClassVar

from msgspec import Struct

from counterfoil.accounts.sessions import OpenSession
from counterfoil.web.text.devices import device_of
from counterfoil.web.views.navigation import SESSIONS
from counterfoil.web.views.shell import View


class SessionRow(Struct, frozen=True):
    session: OpenSession

    @property
    def browser(self) -> str:
        return device_of(self.session.user_agent)[0]

    @property
    def system(self) -> str:
        return device_of(self.session.user_agent)[1]


class SessionsPage(View, frozen=True):
    template: ClassVar[str] = "sessions/list.html"
    section: ClassVar[str] = SESSIONS.section

    sessions: tuple[SessionRow, ...]
    has_ended: bool = False

    @property
    def has_others(self) -> bool:
        return any(not each.session.is_this for each in self.sessions)
