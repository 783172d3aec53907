"""The language that somebody chose at the foot of a page: kept by their browser, whoever signs in there."""

from litestar.datastructures import Cookie

from counterfoil.settings import Settings
from counterfoil.web.http.response_cache import LANGUAGE_COOKIE

_YEAR = 365 * 24 * 3600


def language_cookie(settings: Settings, language: str) -> Cookie:
    """Without a language: the one that forgets it."""
    max_age = _YEAR if language else 0
    return Cookie(
        LANGUAGE_COOKIE, value=language, max_age=max_age, secure=settings.is_https, httponly=True, samesite="lax"
    )
