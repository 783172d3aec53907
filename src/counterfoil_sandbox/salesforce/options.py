"""How one stand-in org is set up."""

from dataclasses import dataclass

from joserfc.jwk import RSAKey


def new_private_key() -> str:
    """In PEM."""
    return RSAKey.generate_key(2048, private=True).as_pem(private=True).decode()


@dataclass(frozen=True, kw_only=True)
class Options:
    client_id: str = "sandbox-consumer-key"
    username: str = "portal@example.com"
    private_key: str = ""
    """In PEM; empty: one is made, and given away at /_sandbox/credentials."""
    token_lifetime: float = 7200.0
    """Seconds. The answer to a sign-in does not say it."""
    control_key: str = ""
