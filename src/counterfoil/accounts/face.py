"""How people sign in and what their sessions are worth, put together from the database, the cache and WHMCS."""

from collections.abc import Awaitable, Callable
from functools import partial

from counterfoil.accounts.console.failures import RecentFailures
from counterfoil.accounts.console.people_search import PeopleSearch
from counterfoil.accounts.console.staff_views import StaffViews
from counterfoil.accounts.forgetting import Forgetting, drop_copies
from counterfoil.accounts.notices import Effects, Notices
from counterfoil.accounts.rights import Rights
from counterfoil.accounts.sessions import Sessions
from counterfoil.accounts.sign_in import SignIn
from counterfoil.accounts.tokens import Tokens
from counterfoil.cache import Cache
from counterfoil.db.engine import Engine
from counterfoil.settings import Settings
from counterfoil.whmcs.face import Whmcs


class Accounts:
    def __init__(
        self,
        engine: Engine,
        cache: Cache,
        whmcs: Whmcs,
        name_and_language: Callable[[int], Awaitable[tuple[str, str] | None]],
        settings: Settings,
        *,
        unlock: Callable[[str], Awaitable[object]],
    ) -> None:
        """`name_and_language` of a client, None for a closed one; it comes from billing, which knows clients.
        `unlock` lifts a lock-out in this process.
        """
        rights = Rights(
            engine,
            cache,
            whmcs.api,
            name_and_language,
            timeout=settings.whmcs_timeout_seconds,
            claims_count=bool(settings.oidc_issuer and settings.oidc_staff_claim),
        )
        self.forgetting = Forgetting(engine, cache, rights)
        effects = Effects(self.forgetting.accounts, partial(drop_copies, cache), unlock)
        self.notices = Notices(engine, effects)
        self.sessions = Sessions(engine, cache, rights, keys=settings.secret_key)
        self.people = PeopleSearch(engine, whmcs.api)
        self.failures = RecentFailures(engine)
        self.staff_views = StaffViews(engine, rights)
        self.tokens = Tokens(engine, cache, rights)
        self.sign_in = SignIn(engine, whmcs.api, issuer=settings.whmcs_url)
