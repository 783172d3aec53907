"""Why the database cannot be used, in words for the operator, with what to do. Without a piece of its address: what the
drivers say quotes it.
"""

import os
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from counterfoil.db.postgres import TakesNoWrites
from counterfoil.settings.database_url import SQLITE

URL = "COUNTERFOIL_DATABASE_URL"


class Cause(NamedTuple):
    said: str
    advice: str


_BY_STATE = {
    "28P01": Cause("refuses the user or the password", f"Correct them in {URL}; what is special percent-encoded."),
    "28000": Cause("does not let this user in from here", "Look at pg_hba.conf, and whether there is such a user."),
    "3D000": Cause("has no database of this name", f"Create it, or correct the name at the end of {URL}."),
    "42501": Cause("does not let this user read or write", "Make the user the owner of the database and its tables."),
    "53100": Cause("has no room on its disk", "Make room."),
    "53300": Cause("has no connections left", "Raise max_connections, or put pgbouncer in front."),
    "57P03": Cause("is starting or stopping", "Wait a moment."),
    "25006": Cause("takes no writes", f"It is a replica, or closed to writes: name the primary in {URL}."),
}

_BY_WORDS = (
    ("no encryption", Cause("lets nobody in without TLS", f"Add ?sslmode=require to {URL}.")),
    ("SSL off", Cause("lets nobody in without TLS", f"Add ?sslmode=require to {URL}.")),
    ("rejected SSL", Cause("speaks no TLS", f"Take sslmode out of {URL}, or switch ssl on in PostgreSQL.")),
    ("root certificate", Cause("cannot be checked: no certificates to trust", "Name them in PGSSLROOTCERT.")),
    ("statement pooling", Cause("pgbouncer has pool_mode = statement", "Set pool_mode = transaction, or session.")),
    ("no such database", Cause("pgbouncer knows no database of this name", f"Correct its [databases], or {URL}.")),
    ("no such user", Cause("pgbouncer knows no such user", f"Add it to its auth_file, or correct {URL}.")),
)

_BY_SQLITE_CODE = {
    sqlite3.SQLITE_NOTADB: Cause("is no SQLite database", f"Correct the file that {URL} names."),
    sqlite3.SQLITE_READONLY: Cause("may not be written", "Let the portal's user write the file and its folder."),
    sqlite3.SQLITE_BUSY: Cause("is held locked by another program", "Find it: a backup, or a shell."),
    sqlite3.SQLITE_FULL: Cause("has no room on its disk", "Make room."),
    sqlite3.SQLITE_CORRUPT: Cause("is damaged", "Restore a backup."),
}

_BY_KIND: tuple[tuple[type[BaseException], Cause], ...] = (
    (TakesNoWrites, _BY_STATE["25006"]),
    (socket.gaierror, Cause("has a host name that nobody knows", f"Correct the host in {URL}.")),
    (ssl.SSLCertVerificationError, Cause("shows a certificate that is not trusted", "Name its root in PGSSLROOTCERT.")),
    (ssl.SSLError, Cause("cannot agree on TLS", f"Look at sslmode in {URL}.")),
    (ConnectionRefusedError, Cause("does not listen there", f"Is it running? Are host and port of {URL} right?")),
    (TimeoutError, Cause("does not answer in time", "Is it running, and does a firewall let the portal through?")),
    (FileNotFoundError, Cause("has no such socket", f"Correct host= in {URL}.")),
    (PermissionError, Cause("may not be opened by this user", "Let the portal's user read and write it.")),
)

_UNKNOWN = Cause("does not answer, or takes no writes", f"Is it running, no replica, with room, and is {URL} right?")


def cause_of(error: BaseException, url: str) -> Cause:
    """Of what `transaction` raised for the database at `url`."""
    if placed := cause_of_place(url):
        return placed
    for each in _chain(error):
        if found := _known(each):
            return found
    return _UNKNOWN


def cause_of_place(url: str) -> Cause | None:
    """What shows before anything is opened."""
    if url.startswith(SQLITE) and (problem := problem_of_file(Path(make_url(url).database or ""))):
        return Cause(problem, f"Correct {URL}, or make it so that the portal's user can write there.")
    return None


def problem_of_file(path: Path) -> str:
    """What is wrong with the place of a SQLite database; SQLite itself says "unable to open database file"."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.R_OK | os.W_OK):
        return f"{path} cannot be written"
    return ""


def _known(error: BaseException) -> Cause | None:
    words = str(error)
    for part, cause in _BY_WORDS:
        if part in words:
            return cause
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _BY_SQLITE_CODE.get(code & 0xFF)
    if found := _BY_STATE.get(str(getattr(error, "sqlstate", ""))):
        return found
    return next((cause for kind, cause in _BY_KIND if isinstance(error, kind)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """What it came of, the driver's own error included; the first last said is the last that happened."""
    while error is not None:
        yield error
        if isinstance(error, DBAPIError) and error.orig is not None:
            yield error.orig
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
