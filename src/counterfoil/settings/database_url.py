"""What may stand in the URL of a database. Of a wrong one the rule is told, never the text, which may hold a password:
the library that reads it later quotes what it does not understand. How it is used: counterfoil.db.engine.
"""

import re
from urllib.parse import parse_qsl

from counterfoil.settings.addresses import check_scheme

SQLITE, POSTGRES = "sqlite+aiosqlite:", "postgresql+asyncpg:"

_LOGIN = re.compile(r"^[^:/]*(:[^@]*)?@")
"""As SQLAlchemy reads it: a name may hold an @, a password ends at the first one."""

_PLACE = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]*)(:(?P<port>[0-9]{1,5}))?")

TLS = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

PARAMETERS = frozenset(
    {"host", "port", "ssl", "sslmode", "user", "password", "database", "passfile", "target_session_attrs", "direct_tls"}
)
"""After the question mark; others end in an error of the driver's at each connection."""


def database_url(value: str) -> str:
    """sqlite+aiosqlite:///file or postgresql+asyncpg://user:password@host:port/name. Raises ValueError."""
    check_scheme(value, f"{SQLITE}//", f"{POSTGRES}//")
    scheme, _, rest = value.partition("://")
    if SQLITE.startswith(scheme):
        if rest and not rest.startswith("/"):
            raise ValueError("must name its file after three slashes, and one that begins with a slash after four")
        return value
    after, _, query = _LOGIN.sub("", rest, count=1).partition("?")
    found = _PLACE.fullmatch(after.partition("/")[0])
    if "@" in after or found is None or not 0 < int(found["port"] or 1) < 65536:
        raise ValueError(
            "does not name a host, with a number as its port, after the @ "
            "(what is special in a name or a password must be percent-encoded: @ is %40, : is %3A, / is %2F)"
        )
    _check_parameters(query)
    return value


def _check_parameters(query: str) -> None:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := sorted(name for name in given if name not in PARAMETERS):
        raise ValueError(
            f"has {len(unknown)} unknown parameters after the ?; known are " + ", ".join(sorted(PARAMETERS))
        )
    if any(given.get(name, "prefer") not in TLS for name in ("ssl", "sslmode")):
        raise ValueError("sslmode must be one of: " + ", ".join(TLS))
