"""The doctor's look at the way of a webhook: a signed test message to the portal's public address, and whether it
arrived in this database. It leaves one line on record, and clears nothing.
"""

import secrets
import socket
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from counterfoil import __version__
from counterfoil.changes import receipts
from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.db.engine import make_engine
from counterfoil.db.schema import pending
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.settings import Settings
from counterfoil.signing import sign
from counterfoil.urls import is_loopback
from counterfoil.whmcs.webhooks import DOCTORS

TIMEOUT = 10.0
"""Seconds: the portal may have to wait for its database."""

WAY, LAST = "webhook way", "webhook last"

_ADDRESS = "It must be the address under which WHMCS reaches the portal."
_ANSWERS = {
    401: (
        "the portal there refuses the signature",
        "Restart it with these settings: is WEBHOOK_SECRET the same? Are the clocks of both machines right?",
    ),
    404: (
        "there is no portal, or it has no WEBHOOK_SECRET",
        "Is COUNTERFOIL_BASE_URL right, and the portal restarted?",
    ),
    503: ("the portal there cannot do it now", "See its log: database or cache are away."),
}
_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "its host name is not known here"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted here"),
    (ssl.SSLError, "it cannot agree on TLS"),
    (TimeoutError, "it does not answer in time"),
    (ConnectionRefusedError, "nothing listens there"),
)


class _Answer(NamedTuple):
    status: int
    location: str
    version: str
    proxy: str


async def webhook_way(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.webhook_secret:
        return
    engine = make_engine(settings.database_url)
    try:
        if await pending(engine):
            return  # said already
        latest = await receipts.latest(engine, without=DOCTORS)
        sent = f"{DOCTORS}{secrets.token_hex(8)}"
        yield _last(latest)
        try:
            answer = _send(settings, sent)
        except (OSError, HTTPException) as error:
            yield _not_reached(settings, error)
            return
        arrived = await receipts.latest(engine, only=sent) is not None
    except TemporarilyUnavailable:
        return  # said already
    finally:
        await engine.dispose()
    yield _way(settings, answer, arrived=arrived)
    if answer.proxy:
        said = f"a proxy at {answer.proxy[:60]} sends forwarding headers that are not believed"
        yield warn("proxy", said, "Name it in COUNTERFOIL_TRUSTED_PROXIES: everybody counts as one address until then.")


def _last(at: datetime | None) -> Finding:
    if at is None:
        return ok(LAST, "none has come yet: in WHMCS, Addons > Counterfoil sends a test message")
    hours = (datetime.now(UTC) - at).total_seconds() / 3600
    return ok(LAST, f"the last change was heard of {hours:.1f} hours ago")


def _send(settings: Settings, webhook_id: str) -> _Answer:
    """Raises OSError, HTTPException."""
    parts = urlsplit(settings.base_url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    now = int(time.time())
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = f'{{"type":"ping","timestamp":"{stamp}","data":{{}}}}'.encode()
    headers = {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(settings.webhook_secret[0], webhook_id, now, body),
    }
    try:
        connection.request("POST", f"{parts.path.rstrip('/')}/webhooks/whmcs", body, headers)
        answer = connection.getresponse()
        answer.read(64 * 1024)
        named = ("Location", "Counterfoil-Version", "Counterfoil-Untrusted-Proxy")
        return _Answer(answer.status, *(answer.getheader(name, "") for name in named))
    finally:
        connection.close()


def _not_reached(settings: Settings, error: Exception) -> Finding:
    reason = next((said for kind, said in _KINDS if isinstance(error, kind)), "it cannot be reached")
    host = urlsplit(settings.base_url).hostname or ""
    if isinstance(error, ConnectionRefusedError) and is_loopback(host):
        return ok(WAY, f"not tried: no portal runs at {settings.base_url} now")
    said = f"not tried, for {settings.base_url} cannot be had from here: {reason}"
    return warn(WAY, said, f"Is COUNTERFOIL_BASE_URL right? {_ADDRESS}")


def _way(settings: Settings, answer: _Answer, *, arrived: bool) -> Finding:
    if answer.status == 204 and not arrived:
        said = f"{settings.base_url} took a test message, but it did not arrive in this database"
        return fail(WAY, said, "Another portal answers there, or it has another COUNTERFOIL_DATABASE_URL.")
    if answer.status == 204 and answer.version not in {"", __version__}:
        advice = "Restart the portal, or run the doctor of its version."
        return warn(WAY, f"version {answer.version[:40]} answers, this is {__version__}", advice)
    if answer.status == 204:
        return ok(WAY, "a signed test message went through the public address and arrived")
    if 300 <= answer.status < 400:
        advice = f"Set COUNTERFOIL_BASE_URL to the final address: WHMCS follows no redirects. {_ADDRESS}"
        return fail(WAY, f"{settings.base_url} redirects to {answer.location[:200]}", advice)
    unknown = (f"is answered {answer.status}", "What stands in front of the portal must pass POST /webhooks/whmcs on.")
    said, advice = _ANSWERS.get(answer.status, unknown)
    return fail(WAY, said, advice)
