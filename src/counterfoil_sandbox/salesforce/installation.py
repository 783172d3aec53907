"""One stand-in org put together: its records, its tokens, its faults, and a record of the calls."""

import asyncio
import secrets
import time
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from .faults import Fault
from .options import Options, new_private_key
from .org import Org
from .seed import seed

AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_LIFE = 180


class Call(msgspec.Struct):
    """No secrets: neither tokens nor signed requests."""

    operation: str
    object: str
    path: str
    body: Any
    at: float
    status: int = 0


class Installation:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.private_key = options.private_key or new_private_key()
        self._key = RSAKey.import_key(self.private_key)
        self.reset()

    def reset(self) -> None:
        self.org = Org()
        seed(self.org)
        self.calls: list[Call] = []
        self.used, self.daily_limit = 0, 15_000
        self.faults: list[Fault] = []
        self._fault_ids = 0
        self._tokens: dict[str, float] = {}
        self.released = asyncio.Event()

    def take_fault(self, operation: str, kind: str) -> Fault | None:
        for fault in self.faults:
            if fault.meets(operation, kind):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    def add_fault(self, fault: Fault) -> Fault:
        self._fault_ids += 1
        fault.id = self._fault_ids
        self.faults.append(fault)
        return fault

    def mend(self) -> None:
        self.faults.clear()
        self.released.set()
        self.released = asyncio.Event()

    def token_for(self, assertion: str, own_url: str) -> str:
        """A new access token. Raises ValueError with Salesforce's error name and its description."""
        try:
            claims = jwt.decode(assertion, self._key, algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            raise ValueError("invalid_grant", "invalid assertion") from None
        if claims.get("iss") != self.options.client_id:
            raise ValueError("invalid_client_id", "client identifier invalid")
        if claims.get("sub") != self.options.username:
            raise ValueError("invalid_grant", "user hasn't approved this consumer")
        if claims.get("aud") not in {own_url, *AUDIENCES}:
            raise ValueError("invalid_grant", "audience is invalid")
        life = float(claims.get("exp", 0)) - time.time()
        if not 0 < life <= LONGEST_LIFE:
            raise ValueError("invalid_grant", "expired authorization code")
        token = "00D" + secrets.token_urlsafe(48)
        self._tokens[token] = time.monotonic() + self.options.token_lifetime
        return token

    def is_valid(self, authorization: str) -> bool:
        return self._tokens.get(authorization.removeprefix("Bearer "), 0.0) > time.monotonic()

    def expire_tokens(self) -> None:
        self._tokens.clear()
