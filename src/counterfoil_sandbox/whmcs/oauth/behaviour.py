"""How the provider behaves: well, or in one of these ways. Set by PUT /_sandbox/openid."""

from typing import Any

import msgspec

WHERE = ("metadata", "keys", "token", "userinfo")

KINDS = {
    "": "as it should",
    # Of the metadata
    "other-issuer": "metadata of another issuer",
    "endpoint-elsewhere": "the token endpoint is on another host",
    "no-code-flow": "has no authorization code flow",
    "only-hs256": "signs with shared secrets only",
    "post-only": "takes the client's secret in the form only",
    # Of the id_token
    "missing-nonce": "no nonce",
    "wrong-nonce": "the nonce of another sign-in",
    "wrong-audience": "made for another client",
    "several-audiences": "made for several clients, without saying for whom",
    "wrong-party": "authorized is another client (azp)",
    "wrong-issuer": "made by another issuer",
    "expired": "over since a minute",
    "from-the-future": "made in an hour",
    "no-sub": "about nobody",
    "empty-sub": 'about ""',
    "number-sub": "about a number",
    "no-exp": "valid for ever",
    "no-iat": "made at no time",
    "bad-signature": "signed by somebody else under the name of the key",
    "unknown-key": "signed with a key that is not published",
    "hs256": "signed by HS256 with the public key as the secret",
    "alg-none": "not signed (alg none)",
    "no-id-token": "left out",
    "number-id-token": "a number",
    "garbage-id-token": "no token at all",
    "no-auth-time": "does not say when the person proved who they are, though asked",
    "old-auth-time": "the person proved it an hour ago",
    "wrong-at-hash": "belongs to another access token",
    # Of the answers about the person
    "other-userinfo-sub": "userinfo is about somebody else",
    "no-userinfo-sub": "userinfo is about nobody",
    "unverified-email": "email_verified is false",
    "says-verified": 'email_verified is the text "true"',
    "silent-about-email": "email_verified is left out",
    "no-email": "no address anywhere",
    # Of the way back
    "other-iss": "the way back names another issuer",
    "error-back": "sends people back with server_error",
    "no-code-back": "sends people back without a code",
    # Of the wire, at `where`
    "down": "503",
    "html": "an HTML page with 200",
    "list": "a JSON list with 200",
    "slow": "waits `seconds` before it answers",
    "endless": "an answer that never ends",
    "huge": "an answer of 2 MB",
    "packed": "an answer that is packed though nobody asked for it",
    "redirect": "302 to another host",
    "refuses-client": "invalid_client",
}


class Person(msgspec.Struct):
    """Whoever signs in next, in place of the customer that was chosen."""

    sub: str
    email: str
    name: str = "Somebody Else"


class Behaviour(msgspec.Struct, forbid_unknown_fields=True):
    kind: str = ""
    where: str = "token"
    seconds: float = 0.0
    algorithm: str = "RS256"
    """RS256, ES256 or EdDSA."""
    person: Person | None = None
    claims: dict[str, Any] = {}
    """More of them, in the id_token and in userinfo."""
    hides_mark: bool = False
    """Does not say that it is the sandbox's."""

    def at(self, where: str) -> str:
        """The kind, when it is one of the wire and is to happen here."""
        return self.kind if self.where == where else ""
